import Foundation
import Testing

/// What a shell does with `lfmctl`: closed descriptors, pipes that break, outputs that are no files, conditions on exit codes.
@Suite struct ShellTests {
  private static let endless = "generate --raw --ignore-end --max-tokens 2000 Nora"

  @Test func closedDescriptorsAreNoTraps() throws {
    let daemon = try TestDaemon()
    let answer = try shell(daemon, "$L generate --temperature 0 --max-tokens 4 Hello")
    #expect(answer.status == 0 && !answer.text.isEmpty, "\(answer.errors)")
    let tail = "generate --temperature 0 --max-tokens 4"
    #expect(try shell(daemon, "$L \(tail) Hello <&-").text == answer.text)
    #expect(try shell(daemon, "$L \(tail) Hello 2>&-").text == answer.text)
    #expect(try shell(daemon, "$L \(tail) -o $F Hello <&- >&- 2>&-; cat $F").text == answer.text)
    #expect(try shell(daemon, "$L --model $M \(tail) Hello <&-").text == answer.text)
    let closed = try shell(daemon, "$L \(tail) Hello >&-")
    #expect(closed.status == 74)
    #expect(closed.errors.contains("standard output is closed"))
    #expect(try shell(daemon, "$L tokenize <&-").status == 66)
    #expect(try shell(daemon, "$L \(tail) Hello >/dev/full").status == 74)
  }

  @Test func aReaderThatGoesAwayEndsTheGeneration() throws {
    let daemon = try TestDaemon(arguments: ["--max-running", "1"])
    let outcome = try shell(
      daemon, "$L \(Self.endless) | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}")
    #expect(outcome.text == "141\n", "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
    // Its place is free again.
    #expect(try daemon.lfmctl(["generate", "--max-tokens", "2", "Hello"]).status == 0)
  }

  @Test func aPrivateDaemonNeverOutlivesItsCommand() throws {
    let daemon = try TestDaemon()
    // On a busy machine vector kernels would be done before the script has seen the first word.
    for signal in ["INT", "TERM", "KILL"] {
      let outcome = try shell(
        daemon,
        """
        LFM_ISA=exact-plain $L --model $M \(Self.endless) >$F 2>/dev/null & caller=$!
        until [ -s $F ]; do sleep 0.05; done
        child=$(cat /proc/$caller/task/*/children)
        kill -\(signal) $caller; wait $caller 2>/dev/null
        for i in $(seq 100); do kill -0 $child 2>/dev/null || break; sleep 0.05; done
        grep -s ^State: /proc/$child/status | grep -v Z; rm $F; echo "$child"
        """)
      #expect(outcome.text.contains(/^\d+ ?\n$/), "\(signal): \(outcome.text) \(outcome.errors)")
    }
    let early = try shell(
      daemon,
      """
      $L --model $M \(Self.endless) >/dev/null 2>&1 & caller=$!
      until child=$(cat /proc/$caller/task/*/children) && [ -n "$child" ]; do :; done
      kill -KILL $caller; wait $caller 2>/dev/null
      for i in $(seq 100); do kill -0 $child 2>/dev/null || break; sleep 0.05; done
      grep -s ^State: /proc/$child/status | grep -v Z; echo gone
      """)
    #expect(early.text == "gone\n", "\(early.errors)")
  }

  @Test func aPrivateDaemonThatCannotServeSaysWhy() throws {
    let daemon = try TestDaemon()
    let missing = try shell(daemon, "$L --model /nonexistent.gguf generate Hello")
    #expect(missing.status == 66)
    #expect(missing.errors.contains("/nonexistent.gguf"))
    let malformed = try shell(daemon, "echo nonsense > $F; $L --model $F generate Hello")
    #expect(malformed.status == 65)
    #expect(malformed.errors.contains("GGUF"))
  }

  @Test func programsThatReadJSONAreToldOfFailures() throws {
    let daemon = try TestDaemon()
    let stream = try shell(daemon, "$L generate --stream-json --raw --tokens 5,99999")
    #expect(stream.status == 65)
    let last = try #require(stream.text.split(separator: "\n").last)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any])
    #expect(object["event"] as? String == "failed")
    #expect(object["code"] as? String == "INVALID_ARGUMENT")
    #expect(object["retryable"] as? Bool == false)
    let whole = try shell(daemon, "$L generate --json --raw --tokens 5,99999")
    #expect(whole.status == 65 && whole.output.isEmpty)
    let none = try shell(daemon, "$L --socket /tmp/lfm-none.sock generate --stream-json Hello")
    #expect(none.status == 69)
    #expect(none.text.contains("\"UNAVAILABLE\""))
  }

  @Test func theTimeLimitCoversWhatIsBeforeTheCall() throws {
    let daemon = try TestDaemon()
    let input = try shell(daemon, "sleep 30 | $L generate --timeout 200ms & wait $!")
    #expect(input.status == 124, "\(input.errors)")
    let absent = try shell(
      daemon, "$L --socket /tmp/lfm-none.sock generate --wait --timeout 200ms Hello")
    #expect(absent.status == 124, "\(absent.errors)")
  }

  @Test func inputsOfAllKindsAreTaken() throws {
    let daemon = try TestDaemon()
    #expect(
      try shell(daemon, "printf 'a\\0b' | $L tokenize | $L detokenize").output == Data("a\0b".utf8))
    #expect(try shell(daemon, "$L generate </dev/null").status == 64)
    #expect(try shell(daemon, "$L generate --max-tokens 2 Hello </dev/null").status == 0)
    #expect(try shell(daemon, "printf 'a\\r\\n' | $L generate --max-tokens 2 what").status == 0)
    let huge = try shell(daemon, "head -c 17000000 /dev/zero | tr '\\0' a | $L generate")
    #expect(huge.status == 65)
    #expect(huge.errors.contains("16777216"))
    let typo = try shell(daemon, "$L generat Hello")
    #expect(typo.status == 64)
    #expect(typo.errors.contains("did you mean generate?"))
  }

  /// Runs a script with the programs at hand: `$L` is lfmctl, `$M` the demo model, `$F` a file's name.
  private func shell(_ daemon: TestDaemon, _ script: String) throws -> Outcome {
    try RunningProgram(
      URL(filePath: "/bin/bash"), ["-c", script], standardInput: .nullDevice,
      environment: [
        "L": Built.program("lfmctl").path, "M": Built.model, "LFMD_SOCKET": daemon.socket,
        "F": daemon.folder.appending(path: "result").path,
      ]
    ).wait()
  }
}
