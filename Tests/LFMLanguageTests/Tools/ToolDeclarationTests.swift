import LFMGeneration
import LFMLanguage
import Testing

struct ToolDeclarationTests {
  private func read(_ text: String) throws -> [ToolDeclaration] {
    try ToolDeclaration.read(JSONParser.parse(text))
  }

  @Test func bothFormsAreRead() throws {
    let schema = #"{"type":"object","properties":{"b":{},"a":{"type":"string"}}}"#
    let bare = #"{"name":"f.g","description":"d","parameters":\#(schema)}"#
    for text in [
      "[\(bare)]", #"[{"type":"function","function":\#(bare)}]"#, #"{"tools":[\#(bare)]}"#, bare,
    ] {
      let tool = try #require(try read(text).first)
      #expect(tool.name == "f.g" && tool.description == "d")
      #expect(try tool.parameters == JSONParser.parse(schema))
      #expect(tool.parameterNames == ["b", "a"])
    }
    let plain = try read(#"[{"name":"f"},{"name":"g","parameters":null}]"#)
    #expect(
      plain.map(\.parameters) == [ToolDeclaration.noParameters, ToolDeclaration.noParameters])
    #expect(try ToolDeclaration.read([#"{"name":"f"}"#]).map(\.name) == ["f"])
  }

  @Test(arguments: [
    ("1", "tools: "), ("[1]", "tools /0: "), (#"[{"name":"f"},{"name":"f"}]"#, "tools /1: "),
    (#"[{}]"#, "tools /0/name: "), (#"[{"function":{"name":7}}]"#, "tools /0/function/name: "),
    (#"[{"name":"a b"}]"#, "tools /0/name: "), (#"[{"name":"f(x)"}]"#, "tools /0/name: "),
    (#"[{"name":"1f"}]"#, "tools /0/name: "), (#"[{"name":""}]"#, "tools /0/name: "),
    (#"[{"type":"web_search","function":{}}]"#, "tools /0/type: "),
    (#"[{"name":"f","parameters":[]}]"#, "tools /0/parameters: "),
    (#"[{"name":"f","parameters":{"type":"string"}}]"#, "tools /0/parameters/type: "),
    (#"[{"name":"f","description":1}]"#, "tools /0/description: "),
  ])
  func refusalsNameThePlace(text: String, prefix: String) throws {
    let value = try JSONParser.parse(text)
    do {
      _ = try ToolDeclaration.read(value)
      Issue.record("read")
    } catch {
      #expect(error.code == .invalidArgument && error.message.hasPrefix(prefix), "\(error.message)")
    }
  }

  @Test func namesAreNamesInEveryScript() {
    for name in ["f", "_x", "a.b-c:d/e", "été", "数える"] {
      #expect(ToolDeclaration.isValid(name: name), "\(name)")
    }
    for name in ["", "-a", "a b", "a=b", "a\u{0}", "🐈", "a'", String(repeating: "x", count: 129)] {
      #expect(!ToolDeclaration.isValid(name: name), "\(name)")
    }
  }
}
