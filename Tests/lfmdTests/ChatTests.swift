import Foundation
import Glibc
import Testing

/// `lfmctl chat` against a daemon, from a pipe and on a terminal.
@Suite struct ChatTests {
  @Test func linesOfAPipeAreMessages() throws {
    let daemon = try TestDaemon()
    let saved = daemon.folder.appending(path: "talk.json").path
    let outcome = try daemon.lfmctl(
      ["chat", "--temperature", "0", "--system", "Be brief."],
      input: "What is 2 plus 3?\n/set max-tokens 4\nHello\\\nthere\n/save \(saved)\n")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!outcome.text.contains("\u{1b}"))
    let answers = outcome.text.split(separator: "\n")
    #expect(answers.first?.contains("5") == true, "\(outcome.text)")
    let talk = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: saved)))
    let messages = try #require((talk as? [String: Any])?["messages"] as? [[String: Any]])
    #expect(
      messages.map { $0["role"] as? String }
        == ["system", "user", "assistant", "user", "assistant"])
    #expect(messages[3]["content"] as? String == "Hello\nthere")
    // What was saved goes on, and is what generate takes.
    let loaded = try daemon.lfmctl(["chat", "--load", saved], input: "/undo\n/save \(saved)\n")
    #expect(loaded.status == 0, "\(loaded.errors)")
    #expect(try daemon.lfmctl(["generate", "--messages", saved, "--max-tokens", "2"]).status == 0)
  }

  @Test func theTurnsBeforeReachTheModel() throws {
    let daemon = try TestDaemon()
    let question = "What is 2 plus 3?"
    let first = try daemon.lfmctl(["generate", "--temperature", "0", question])
    let both = try daemon.lfmctl(
      ["chat", "--temperature", "0"], input: "\(question)\n\(question)\n/undo\n/retry\n")
    #expect(both.status == 0, "\(both.errors)")
    #expect(both.text.hasPrefix(first.text))
    // The third answer is to the first question again.
    #expect(both.text.hasSuffix(first.text.hasSuffix("\n") ? first.text : first.text + "\n"))
  }

  @Test func aFailureEndsAScriptWithItsCode() throws {
    let daemon = try TestDaemon()
    #expect(try daemon.lfmctl(["chat"], input: "/nonsense\nHello\n").status == 64)
    let long = String(repeating: "word and another ", count: 3000)
    let outcome = try daemon.lfmctl(["chat"], input: "\(long)\nHello\n")
    #expect(outcome.status == 65)
    let none = try RunningProgram(
      "lfmctl", ["chat", "--socket", "/tmp/lfm-none.sock"], input: Data("Hello\n".utf8)
    ).wait()
    #expect(none.status == 69)
  }

  @Test func controlCStopsTheAnswerAndNotTheProgram() throws {
    let daemon = try TestDaemon()
    let chat = try TerminalProgram(
      ["chat", "--ignore-end", "--max-tokens", "1900", "--thinking", "hide"],
      environment: [
        "LFMD_SOCKET": daemon.socket, "TERM": "xterm", "XDG_STATE_HOME": daemon.folder.path,
      ])
    try chat.awaitText("> ")
    // Behind its answer the model may say nothing but ends of turns, which nobody sees.
    let before = chat.output.count
    try chat.type("Say something.\r")
    try eventually({ chat.output.count > before + 40 })
    try eventually({ try daemon.lfmctl(["status"]).text.contains("1 running") })
    try chat.type("\u{3}")
    try chat.awaitText("stopped")
    try eventually({ try daemon.lfmctl(["status"]).text.contains("0 running") })
    #expect(chat.isRunning)

    // A message of two lines, corrected on the way; then a setting, and an answer that ends.
    try chat.type("/set max-tokens 3\r")
    try chat.type("Helo\u{1b}[Dl\u{1b}[F there\\\rand here\r")
    try eventually({ try daemon.lfmctl(["status"]).text.contains("1 finished") })
    try chat.type("\u{3}")
    try chat.awaitText("^C")
    #expect(chat.isRunning)
    let file = daemon.folder.appending(path: "t.json").path
    try chat.type("/save \(file)\r")
    try chat.awaitText("saved to")
    let talk = try String(contentsOfFile: file, encoding: .utf8)
    #expect(talk.contains("\"Hello there\\nand here\""), "\(talk)")
    try chat.type("\u{4}")
    #expect(try chat.wait().status == 0)
    let history = try String(
      contentsOf: daemon.folder.appending(path: "lfmctl/history"), encoding: .utf8)
    #expect(history.hasPrefix("\"Say something.\"\n\"/set max-tokens 3\"\n"))
  }

  @Test func aDaemonThatWasRestartedIsAsked() throws {
    let daemon = try TestDaemon()
    let chat = try TerminalProgram(
      ["chat", "--no-history", "--temperature", "0", "--thinking", "hide"],
      environment: ["LFMD_SOCKET": daemon.socket, "TERM": "xterm"])
    try chat.awaitText("> ")
    try chat.type("What is 2 plus 3?\r")
    try chat.awaitText("2 + 3 = 5.")
    daemon.program.signal(SIGKILL)
    _ = try daemon.program.wait()
    let next = try RunningProgram(
      "lfmd", ["--config", "/dev/null", "--model", Built.model, "--socket", daemon.socket])
    try eventually({ try daemon.lfmctl(["health"]).status == 0 })
    try chat.type("What is 2 plus 4?\r")
    try eventually({ try daemon.lfmctl(["status"]).text.contains("1 finished") })
    #expect(!chat.output.contains("lost"))
    // Nobody is there now: the question is not lost, and the program goes on.
    next.signal(SIGKILL)
    _ = try next.wait()
    try chat.type("And now?\r")
    try chat.awaitText("no daemon answers")
    try chat.type("\u{4}")
    #expect(try chat.wait().status == 0)
  }

  @Test func theTerminalIsLeftAsItWas() throws {
    let daemon = try TestDaemon()
    let chat = try TerminalProgram(
      ["chat", "--no-history"], environment: ["LFMD_SOCKET": daemon.socket, "TERM": "xterm"])
    try chat.awaitText("> ")
    let editing = chat.modes
    #expect(editing.c_lflag & tcflag_t(ICANON) == 0)
    // What is pasted is one message, its commands and line ends no more than text.
    try chat.type("\u{1b}[200~one\r/quit\r\u{1b}[201~\u{15}\u{8}")
    try chat.type("\u{4}")
    try chat.type("\u{3}\u{4}")
    #expect(try chat.wait().status == 0)
    let after = chat.modes
    #expect(after.c_lflag & tcflag_t(ICANON | ECHO | ISIG) == tcflag_t(ICANON | ECHO | ISIG))
  }
}
