import Foundation
import LFMGeneration
import LFMLanguage
import Testing

/// The JSON-Schema-Test-Suite: what is not refused accepts exactly the valid instances, however they are serialised.
@Suite struct JSONSchemaSuiteTests {
  private struct Count {
    var groups = 0
    var refused = 0
    var instances = 0
    /// Valid ones that are not taken, of formats that are kept smaller than they are.
    var narrower = 0
    var wrong: [String] = []
    var refusals: [String] = []
  }

  /// `format.json` has formats as annotations, `optional/format` as assertions.
  @Test(arguments: [
    ("draft2020-12", false), ("draft2020-12/optional", false),
    ("draft2020-12/optional/format", true),
    ("draft7", false), ("draft7/optional", false), ("draft7/optional/format", true),
    ("draft4", false),
  ])
  func suite(folder: String, assertsFormats: Bool) throws {
    let path = "structured/json-schema-test-suite/tests/\(folder)"
    guard TestFiles.hasShared(path) else {
      print("skipped: no \(path) in the shared test data")
      return
    }
    let files = try FileManager.default.contentsOfDirectory(
      at: TestFiles.shared.appending(path: path), includingPropertiesForKeys: nil)
    print("\(folder): keyword, groups, refused, instances, narrower, wrong")
    for file in files.sorted(by: { $0.path < $1.path }) where file.pathExtension == "json" {
      let name = file.deletingPathExtension().lastPathComponent
      let asserts = assertsFormats || name == "format-assertion"
      // In draft 7 it was up to the reader to look into strings; we do not.
      if folder == "draft7/optional", name == "content" { continue }
      let count = try run(file, draft: folder.prefix { $0 != "/" }, assertsFormats: asserts)
      print(
        "  \(name), \(count.groups), \(count.refused), \(count.instances), \(count.narrower), \(count.wrong.count)"
      )
      for refusal in count.refusals { print("      refused: \(refusal)") }
      #expect(count.wrong.isEmpty, "\(name): \(count.wrong.joined(separator: "\n"))")
    }
  }

  private func run(_ file: URL, draft: Substring, assertsFormats: Bool) throws -> Count {
    var count = Count()
    let groups = try #require(try JSONParser.parse(bytes: TestFiles.bytes(file)).array)
    for group in groups.compactMap(\.object) {
      let title = group["description"]?.text ?? ""
      count.groups += 1
      let schema = Self.dated(try #require(group["schema"]), draft)
      let tests = (group["tests"]?.array ?? []).compactMap(\.object)
      let grammar: Grammar
      do {
        grammar = try JSONSchemaCompiler(assertsFormats: assertsFormats).compile(schema)
      } catch {
        // What no value satisfies is refused, and rightly.
        if error.message.hasSuffix("no value satisfies it") {
          let valid = tests.filter { $0["valid"] == .bool(true) }
          if !valid.isEmpty { count.wrong.append("\(title): taken to be empty") }
          continue
        }
        #expect(Self.mayRefuse(error.message), "\(title): \(error.message)")
        count.refused += 1
        count.refusals.append("\(title): \(error.message)")
        continue
      }
      for test in tests {
        let instance = try #require(test["data"])
        count.instances += 1
        for text in Self.spellings(instance) {
          if BothAcceptors.accepts(grammar, text) != (test["valid"] == .bool(true)) {
            if test["valid"] == .bool(true), Self.isNarrower(group) {
              count.narrower += 1
              break
            }
            count.wrong.append(
              "\(title): \(test["description"]?.text ?? ""): \(text.prefix(200))")
            break
          }
        }
      }
    }
    return count
  }

  /// Whether labels such as `xn--9n2bp8q` are right is not regular: none is written.
  private static func isNarrower(_ group: JSONObject) -> Bool {
    group["description"]?.text?.contains("A-label") == true
  }

  /// The schemas of earlier drafts do not say what they are.
  private static func dated(_ schema: JSONValue, _ draft: Substring) -> JSONValue {
    let number = ["draft7": "07", "draft4": "04"][draft]
    guard let number, case .object(var object) = schema, object["$schema"] == nil else {
      return schema
    }
    object.set("$schema", .string("http://json-schema.org/draft-\(number)/schema#"))
    return .object(object)
  }

  /// Only a keyword that the published table does not call exact may be the reason.
  private static func mayRefuse(_ message: String) -> Bool {
    let place = message.prefix { $0 != ":" }
    let keywords = place.split(separator: "/").reversed()
    let reason = keywords.lazy.compactMap { name in
      SchemaKeyword.all.first { $0.name == name }
    }.first
    return reason.map { $0.level != .exact } ?? false
  }

  /// As `json.dumps` writes it by default, with the shortest separators, and indented.
  private static func spellings(_ value: JSONValue) -> [String] {
    [value.serialized, value.written(comma: ",", colon: ":"), value.indented(by: 2)]
  }
}

extension JSONValue {
  func written(comma: String, colon: String) -> String {
    switch self {
    case .array(let items):
      return "[" + items.map { $0.written(comma: comma, colon: colon) }.joined(separator: comma)
        + "]"
    case .object(let object):
      let members = object.members.map {
        JSONValue.string($0.key).serialized + colon + $0.value.written(comma: comma, colon: colon)
      }
      return "{" + members.joined(separator: comma) + "}"
    default: return serialized
    }
  }

  func indented(by width: Int, _ depth: Int = 0) -> String {
    let blank = "\n" + String(repeating: " ", count: width * (depth + 1))
    let end = "\n" + String(repeating: " ", count: width * depth)
    switch self {
    case .array(let items) where !items.isEmpty:
      return "[" + blank
        + items.map { $0.indented(by: width, depth + 1) }.joined(separator: "," + blank) + end + "]"
    case .object(let object) where !object.isEmpty:
      let members = object.members.map {
        JSONValue.string($0.key).serialized + ": " + $0.value.indented(by: width, depth + 1)
      }
      return "{" + blank + members.joined(separator: "," + blank) + end + "}"
    default: return serialized
    }
  }
}
