import ArgumentParser
import Foundation
import Testing

@testable import lfmd

@Suite struct ConfigurationTests {
  @Test func flagsGoOverEnvironmentOverFile() throws {
    let file = try temporaryFile("context: 100\nthreads: 3\nmax-waiting: 9\n")
    let configuration = try ConfigurationSources(
      flags: [.context: "300"], environment: ["LFMD_CONTEXT": "200", "LFMD_THREADS": "4"],
      file: (file, isRequired: true)
    ).load()
    #expect(configuration.context == 300)
    #expect(configuration.threads == 4)
    #expect(configuration.maxWaiting == 9)
    #expect(configuration.maxRunning == Configuration().maxRunning)
  }

  @Test(arguments: ConfigurationKey.allCases)
  func everySettingHasAFlag(_ key: ConfigurationKey) throws {
    let options = try ServeOptions.parse(["--\(key.rawValue)", "some text"])
    #expect(options.flags == [key: "some text"])
  }

  @Test func aMissingFileMattersOnlyIfAskedFor() throws {
    let path = "/nonexistent/lfmd.conf"
    #expect(
      try ConfigurationSources(file: (path, isRequired: false)).load() == Configuration())
    let problem = #expect(throws: ConfigurationProblem.self) {
      try ConfigurationSources(file: (path, isRequired: true)).load()
    }
    #expect(problem?.description == "the configuration file /nonexistent/lfmd.conf does not exist")
  }

  @Test(arguments: [
    ("contxt: 5\n", ":1: unknown setting \"contxt\"; did you mean context?"),
    ("model: a\ncontext: many\n", ":2: context is \"many\", but must be a whole number"),
    ("context: 0\n", ":1: context is \"0\""),
    ("context: [1]\n", ":1: context must be a single value"),
    ("allow-logits: maybe\n", "must be true or false"),
    ("socket-mode: '999'\n", "must be octal permission bits"),
    ("log-level: loud\n", "must be one of trace"),
    ("- a\n- b\n", "must hold one `name: value` a line"),
    ("a: b: c\n", ":1: not valid YAML"),
    ("threads: 1\nmodel: a\nmodel: b\n", ":3: model is set more than once"),
    ("threads: 1\ncontext: {\n", ": not valid YAML"),
  ])
  func problemsNameTheirPlace(text: String, expected: String) throws {
    let file = try temporaryFile(text)
    let problem = #expect(throws: ConfigurationProblem.self) {
      try ConfigurationSources(file: (file, isRequired: true)).load()
    }
    #expect(problem?.description.contains(expected) == true, "\(problem?.description ?? "")")
  }

  @Test func theTextInForceReadsBackAsItself() throws {
    var configuration = Configuration()
    configuration.model = "/srv/my models/it's \"one\".gguf"
    configuration.socketMode = 0o600
    configuration.allowLogits = true
    let file = try temporaryFile(configuration.fileText)
    #expect(
      try ConfigurationSources(file: (file, isRequired: true)).load() == configuration)
  }

  @Test func anEmptyFileIsNoProblem() throws {
    for text in ["", "# nothing\n", "---\n"] {
      let file = try temporaryFile(text)
      #expect(
        try ConfigurationSources(file: (file, isRequired: true)).load() == Configuration())
    }
  }

  private func temporaryFile(_ text: String) throws -> String {
    let url = FileManager.default.temporaryDirectory.appending(path: "lfmd-\(UUID()).conf")
    try text.write(to: url, atomically: true, encoding: .utf8)
    return url.path
  }
}
