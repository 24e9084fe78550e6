import Foundation
import Glibc
import LFMGeneration
import LFMLanguage
import Testing

@testable import lfmctl

@Suite struct ToolFolderTests {
  private func add(_ folder: TemporaryFolder, _ name: String, _ script: String) throws {
    try folder.write("#!/bin/sh\n" + script, to: name)
    #expect(unsafe chmod(folder.path(name), 0o755) == 0)
  }

  @Test func executablesAreToolsWithTheirDeclarations() throws {
    let folder = try TemporaryFolder()
    try add(folder, "weather.sh", "cat")
    try folder.write(
      #"{"description": "d", "parameters": {"type": "object", "properties": {"city": {}}}}"#,
      to: "weather.json")
    try add(folder, "clock", #"echo '{"type":"function","function":{"name":"time.now"}}'"#)
    try folder.write("no tool", to: "README")
    try add(folder, ".hidden", "exit 1")
    // On some file systems everything is executable.
    try folder.write("no tool either", to: "notes.md")
    #expect(unsafe chmod(folder.path("notes.md"), 0o755) == 0)
    let tools = try ToolFolder(folder.path("")).load()
    #expect(tools.map(\.declaration.name) == ["time.now", "weather"])
    #expect(tools[1].declaration.parameterNames == ["city"])
    #expect(tools[1].text.text.hasPrefix(#"{"name": "weather", "description""#))
    #expect(tools[1].program.hasSuffix("/weather.sh"))
  }

  @Test func whatIsWrongIsNamed() throws {
    let cases: [(json: String?, script: String, words: String)] = [
      ("{", "cat", "f.json: line 1"), (#"{"parameters": 1}"#, "cat", "f.json: tools /0/parameters"),
      ("[]", "cat", "should declare one tool"),
      (nil, "exit 4", "--describe it ended with exit code 4"),
      (nil, "echo no", "--describe: line 1"),
    ]
    for (json, script, words) in cases {
      let folder = try TemporaryFolder()
      try add(folder, "f", script)
      if let json { try folder.write(json, to: "f.json") }
      let failure = #expect(throws: Failure.self) {
        try ToolFolder(folder.path("")).load()
      }
      #expect(failure?.description.contains(words) == true, "\(failure?.description ?? "")")
    }
    let empty = try TemporaryFolder()
    #expect(throws: Failure.self) { try ToolFolder(empty.path("")) }
    #expect(throws: Failure.self) { try ToolFolder(empty.path("none")) }
    try empty.write("no tool", to: "notes.md")
    #expect(unsafe chmod(empty.path("notes.md"), 0o755) == 0)
    #expect(throws: Failure.self) { try ToolFolder(empty.path("")).load() }
  }

  /// What an editor kept, what is no file; and a declaration that cannot be read does not make its program be run.
  @Test func onlyFilesThatAreMeantAreTools() throws {
    let folder = try TemporaryFolder()
    try add(folder, "f", "exit 1")
    try folder.write(#"{"name": "f"}"#, to: "f.json")
    try add(folder, "f~", "exit 1")
    #expect(unsafe mkfifo(folder.path("pipe"), 0o755) == 0)
    #expect(try ToolFolder(folder.path("")).load().map(\.declaration.name) == ["f"])
    try add(folder, "g", "touch \(folder.path("was-run"))")
    #expect(unsafe symlink("nothing", folder.path("g.json")) == 0)
    let failure = #expect(throws: Failure.self) { try ToolFolder(folder.path("")) }
    #expect(failure?.description.contains("g.json") == true)
    #expect(!FileManager.default.fileExists(atPath: folder.path("was-run")))
  }

  @Test func twoToolsOfOneNameAreRefused() throws {
    let folder = try TemporaryFolder()
    try add(folder, "a", "cat")
    try add(folder, "b", "cat")
    try folder.write(#"{"name": "x"}"#, to: "a.json")
    try folder.write(#"{"name": "x"}"#, to: "b.json")
    let failure = #expect(throws: Failure.self) { try ToolFolder(folder.path("")).load() }
    #expect(failure?.description.contains("both declare") == true)
  }

  /// The daemon gets the declaration itself, whatever stands around it.
  @Test(arguments: [
    #"{"tools": [{"name": "f", "parameters": {"type": "object", "properties": {"a": {}}}}]}"#,
    #"[{"name": "f", "parameters": {"type": "object", "properties": {"a": {}}}}]"#,
    #"{"tools": [{"parameters": {"type": "object", "properties": {"a": {}}}}]}"#,
  ])
  func aDeclarationInAListIsTakenOut(json: String) throws {
    let folder = try TemporaryFolder()
    try add(folder, "f", "cat")
    try folder.write(json, to: "f.json")
    let tool = try #require(try ToolFolder(folder.path("")).load().first)
    #expect(
      tool.text.text
        == #"{"name": "f", "parameters": {"type": "object", "properties": {"a": {}}}}"#)
    #expect(tool.declaration.parameterNames == ["a"])
  }

  @Test func nothingIsRunBeforeAllDeclarationsAreRead() throws {
    let folder = try TemporaryFolder()
    try add(folder, "a", "touch \(folder.path("ran"))")
    try add(folder, "b", "cat")
    try folder.write("{", to: "b.json")
    #expect(throws: Failure.self) { try ToolFolder(folder.path("")) }
    #expect(!folder.names.contains("ran"))
  }
}
