import Foundation
import Glibc
import Logging
import Testing

@testable import lfmd

/// What the log says, and what it never does.
@Suite struct LogTests {
  @Test func noWordOfPromptsOrAnswersEvenAtTrace() throws {
    let daemon = try TestDaemon(arguments: ["--log-level", "trace", "--allow-logits", "true"])
    let word = "Xylomarker"
    _ = try daemon.lfmctl(["generate", "--max-tokens", "4", "--system", word, "Say \(word)"])
    _ = try daemon.lfmctl(["generate", "--raw", "--max-tokens", "4", "--stop", word, word])
    _ = try daemon.lfmctl(["tokenize"], input: word)
    _ = try daemon.lfmctl(["logits", "-o", "/dev/null"], input: word)
    _ = try daemon.lfmctl(
      ["render"], input: #"{"messages":[{"role":"user","content":"\#(word)"}]}"#)
    _ = try daemon.lfmctl(
      ["generate", "--messages", "-"], input: #"[{"role":"\#(word)","content":"a"}]"#)
    _ = try daemon.lfmctl(
      ["generate", "--max-tokens", "1"], input: String(repeating: word + " ", count: 4000))
    let log = daemon.program.errors
    #expect(log.contains("call ended"))
    #expect(log.contains("peer-uid=\(getuid())"))
    #expect(log.contains("answer-tokens="))
    #expect(!log.contains(word), "\(log)")
  }

  @Test func theLevelIsKept() throws {
    let quiet = try TestDaemon(arguments: ["--log-level", "warning"])
    _ = try quiet.lfmctl(["generate", "--max-tokens", "2", "Hello"])
    #expect(quiet.program.errors.isEmpty, "\(quiet.program.errors)")
    let loud = try TestDaemon(arguments: ["--log-level", "debug"])
    #expect(loud.program.errors.contains("debug: connection opened"))
  }

  @Test func aJournalThatIsNotOurStandardErrorIsNotUsed() throws {
    let daemon = try TestDaemon(environment: ["JOURNAL_STREAM": "1:2"])
    #expect(daemon.program.errors.contains("notice: ready"), "\(daemon.program.errors)")
  }

  @Test func aReaderOfTheLogThatIsGoneDoesNotStopTheDaemon() throws {
    let socket = try TestSocket(SOCK_STREAM)
    let pipe = Pipe()
    let daemon = try startActivated(
      ["--model", Built.model, "--log-level", "trace"], input: socket.handle,
      standardError: pipe.fileHandleForWriting)
    defer { daemon.signal(SIGKILL) }
    try pipe.fileHandleForReading.close()
    try pipe.fileHandleForWriting.close()
    for _ in 0..<3 {
      let outcome = try RunningProgram("lfmctl", ["--socket", socket.path, "health"]).wait()
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    daemon.signal(SIGTERM)
    #expect(try daemon.wait().status == 0)
  }

  @Test func aReaderOfTheLogThatSleepsDoesNotStopTheDaemon() throws {
    let socket = try TestSocket(SOCK_STREAM)
    let pipe = Pipe()
    // Filled to the brim: the daemon's first line does not fit.
    _ = fcntl(pipe.fileHandleForWriting.fileDescriptor, F_SETFL, O_NONBLOCK)
    let block = [UInt8](repeating: 46, count: 4096)
    while unsafe write(pipe.fileHandleForWriting.fileDescriptor, block, block.count) > 0 {}
    _ = fcntl(pipe.fileHandleForWriting.fileDescriptor, F_SETFL, 0)
    let daemon = try startActivated(
      ["--model", Built.model, "--log-level", "trace"], input: socket.handle,
      standardError: pipe.fileHandleForWriting)
    defer { daemon.signal(SIGKILL) }
    let outcome = try RunningProgram(
      "lfmctl", ["--socket", socket.path, "generate", "--max-tokens", "2", "Hello"]
    ).wait()
    #expect(outcome.status == 0, "\(outcome.errors)")
    daemon.signal(SIGTERM)
    #expect(try daemon.wait().status == 0)
  }

  @Test func closedStandardDescriptorsAreNoHarm() throws {
    let socket = try TestSocket(SOCK_STREAM)
    let daemon = try startActivated(
      ["--model", Built.model], input: socket.handle, redirections: "3<&0 <&- >&- 2>&-")
    defer { daemon.signal(SIGKILL) }
    let outcome = try RunningProgram("lfmctl", ["--socket", socket.path, "health"]).wait()
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func anEntryIsOneLine() {
    let line = PlainLogHandler.line(
      .info, "model a\nb \u{202e}c", ["key": "x y", "other": "z\u{1b}[0m", "empty": ""])
    #expect(
      line.hasSuffix(
        #" info: model a\u{a}b \u{202e}c empty="" key="x y" other="z\u{1B}[0m"\#n"#),
      "\(line)")
    #expect(line.filter { $0 == "\n" }.count == 1)
  }

  @Test func fieldNamesAreThoseTheJournalTakes() {
    #expect(JournalLogHandler.fieldName("peer-uid") == "LFMD_PEER_UID")
    #expect(JournalLogHandler.fieldName("é=\n") == "LFMD____")
    #expect(JournalLogHandler.fieldName(String(repeating: "a", count: 99)).utf8.count == 64)
  }
}
