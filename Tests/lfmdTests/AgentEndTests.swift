import Foundation
import Glibc
import LFMLanguage
import Testing

/// How `lfmctl agent` ends when it does not end by itself.
@Suite(.serialized) struct AgentEndTests {
  /// A folder with a tool that says which process it is, and then hangs.
  private final class Tools {
    let folder = URL(filePath: "/tmp/lfm-\(UUID().uuidString.prefix(8))")
    var process: URL { folder.appending(path: "process") }

    init() throws {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let script =
        "#!/bin/sh\necho $$ > \(process.path).new\nmv \(process.path).new \(process.path)\nexec sleep 600\n"
      let tool = folder.appending(path: "get_weather")
      try Data(script.utf8).write(to: tool)
      #expect(unsafe chmod(tool.path, 0o755) == 0)
      let declaration =
        #"{"description": "Get the weather of a city", "parameters": {"type": "object", "#
        + #""properties": {"city": {"type": "string"}}, "required": ["city"]}}"#
      try Data(declaration.utf8).write(to: folder.appending(path: "get_weather.json"))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The process of the tool, once it runs.
    func running(_ program: RunningProgram) throws -> pid_t {
      let deadline = Date.now.addingTimeInterval(60)
      while program.process.isRunning, Date.now < deadline {
        if let text = try? String(contentsOf: process, encoding: .utf8),
          let number = pid_t(text.trimmingCharacters(in: .newlines))
        {
          return number
        }
        usleep(5000)
      }
      Issue.record("no tool was run: \(program.errors)")
      throw CancellationError()
    }
  }

  private func agent(
    _ tools: Tools, _ arguments: [String] = ["What is the weather in Berlin?"],
    output: FileHandle? = nil
  ) throws -> RunningProgram {
    try RunningProgram(
      Built.program("lfmctl"),
      [
        "agent", "--model", Built.model, "--tools", tools.folder.path, "--yes", "--json",
        "--temperature", "0",
      ] + arguments, standardInput: .nullDevice, standardOutput: output)
  }

  private func expectGone(_ process: pid_t) {
    let deadline = Date.now.addingTimeInterval(10)
    while kill(process, 0) == 0, Date.now < deadline { usleep(5000) }
    #expect(kill(process, 0) != 0, "the tool lives on")
  }

  /// The tool does not outlive it, and what was begun is told.
  @Test(arguments: [SIGTERM, SIGINT, SIGUSR1])
  func aSignalEndsTheToolToo(number: Int32) throws {
    let tools = try Tools()
    let program = try agent(tools)
    let tool = try tools.running(program)
    program.signal(number)
    let outcome = try program.wait()
    #expect(outcome.wasSignalled && outcome.status == number)
    expectGone(tool)
    #expect(
      outcome.text.hasPrefix(
        #"{"tool_calls": [{"name": "get_weather", "arguments": {"city": "Berlin"}, "result": null}], "#
          + #""error": {"code": "CANCELLED""#))
  }

  /// A reader that has stalled keeps neither the program nor the tool.
  @Test func theTimeOutEndsItAlthoughNobodyReads() throws {
    let tools = try Tools()
    let pipe = Pipe()
    let end = pipe.fileHandleForWriting.fileDescriptor
    _ = fcntl(end, F_SETFL, O_NONBLOCK)
    let zeros = [UInt8](repeating: 0, count: 4096)
    while unsafe write(end, zeros, zeros.count) > 0 {}
    _ = fcntl(end, F_SETFL, 0)
    let program = try agent(
      tools, ["--timeout", "5", "What is the weather in Berlin?"],
      output: pipe.fileHandleForWriting)
    let tool = try tools.running(program)
    let outcome = try program.wait(seconds: 30)
    #expect(!outcome.wasSignalled && outcome.status == 124)
    expectGone(tool)
  }

  /// Turns of its own do not fit a turn that is to be continued.
  @Test func aTurnThatIsToBeContinuedIsRefused() throws {
    let tools = try Tools()
    for flag in [#""continue_final_message": true"#, #""add_generation_prompt": false"#] {
      let conversation = tools.folder.appending(path: "conversation.json")
      try Data(
        (#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "#
          + flag + "}").utf8
      ).write(to: conversation)
      let program = try agent(tools, ["--messages", conversation.path])
      let outcome = try program.wait()
      #expect(outcome.status == 64 && outcome.errors.contains("continue_final_message"))
    }
  }
}
