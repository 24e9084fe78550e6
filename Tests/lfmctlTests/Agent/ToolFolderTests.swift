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
    let tools = try ToolFolder.load(folder.path(""))
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
      let failure = #expect(throws: Failure.self) { try ToolFolder.load(folder.path("")) }
      #expect(failure?.description.contains(words) == true, "\(failure?.description ?? "")")
    }
    let empty = try TemporaryFolder()
    #expect(throws: Failure.self) { try ToolFolder.load(empty.path("")) }
    #expect(throws: Failure.self) { try ToolFolder.load(empty.path("none")) }
  }

  @Test func twoToolsOfOneNameAreRefused() throws {
    let folder = try TemporaryFolder()
    try add(folder, "a", "cat")
    try add(folder, "b", "cat")
    try folder.write(#"{"name": "x"}"#, to: "a.json")
    try folder.write(#"{"name": "x"}"#, to: "b.json")
    let failure = #expect(throws: Failure.self) { try ToolFolder.load(folder.path("")) }
    #expect(failure?.description.contains("both declare") == true)
  }
}
