import Foundation
import Testing

@testable import lfmd

/// What is made of the programs' own definitions for readers and shells.
@Suite struct ManualTests {
  @Test(arguments: ["lfmctl.1", "lfmd.8", "lfmd.conf.5"])
  func aPageIsValid(page: String) throws {
    let written = try RunningProgram("lfmctl", ["manual", page]).wait()
    #expect(written.status == 0, "\(written.errors)")
    #expect(written.text.contains(".Sh DESCRIPTION"))
    guard let mandoc = Self.program("mandoc") else {
      return print("skipped: mandoc is not installed, and checks no \(page)")
    }
    let file = try Self.file(written.output)
    defer { try? FileManager.default.removeItem(at: file) }
    let lint = try RunningProgram(
      mandoc, ["-Tlint", "-Wwarning", file.path], standardInput: .nullDevice
    ).wait()
    #expect(lint.text.isEmpty && lint.errors.isEmpty, "\(lint.text)\(lint.errors)")
  }

  @Test func everySettingIsInThePage() throws {
    let page = try RunningProgram("lfmctl", ["manual", "lfmd.conf.5"]).wait().text
    for key in ConfigurationKey.allCases {
      #expect(page.contains(".It Cm \(key.rawValue) Pq Ev \(key.environmentName)\n"))
    }
    let reloadable = page.components(separatedBy: "May be changed on SIGHUP.").count - 1
    #expect(reloadable == ConfigurationKey.allCases.count(where: \.isReloadable))
  }

  @Test(arguments: ["bash", "zsh", "fish"], ["lfmctl", "lfmd"])
  func aCompletionScriptIsValid(shell: String, program: String) throws {
    let script = try RunningProgram(program, ["--generate-completion-script", shell]).wait()
    #expect(script.status == 0)
    #expect(script.text.contains(program == "lfmd" ? "idle-exit" : "no-history"))
    guard let interpreter = Self.program(shell) else {
      return print("skipped: \(shell) is not installed, and checks no completions")
    }
    let file = try Self.file(script.output)
    defer { try? FileManager.default.removeItem(at: file) }
    let check = try RunningProgram(interpreter, ["-n", file.path], standardInput: .nullDevice)
      .wait()
    #expect(check.status == 0, "\(check.errors)")
  }

  private static func program(_ name: String) -> URL? {
    ["/usr/bin/", "/bin/"].map { URL(filePath: $0 + name) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  private static func file(_ contents: Data) throws -> URL {
    let url = FileManager.default.temporaryDirectory.appending(path: "page-\(UUID())")
    try contents.write(to: url)
    return url
  }
}
