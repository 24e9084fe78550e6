import LFMGeneration

/// A tool that the model may call: its name, what it does, and the JSON Schema of its arguments.
///
/// Owns how a declaration is read, in OpenAI's form (`{"type":"function","function":{…}}`) or as the bare function
/// (`{"name":…,"description":…,"parameters":{…}}`), and which names are allowed. How the model is told of it is the template's,
/// which writes the caller's own JSON; whether arguments keep to the schema is `SchemaCheck`'s.
package struct ToolDeclaration: Hashable, Sendable {
  package let name: String
  /// What the tool does, in the caller's words.
  package let description: String?
  /// The JSON Schema of the arguments: an object, or `true` (anything) or `false`. Without one in the declaration, that of
  /// a tool without arguments.
  package let parameters: JSONValue

  /// The schema of a tool without arguments.
  package static let noParameters = JSONValue.object(
    JSONObject([
      ("type", .string("object")), ("properties", .object(JSONObject())),
      ("additionalProperties", .bool(false)),
    ]))

  /// - Parameter name: one that `isValid(name:)` allows.
  package init(
    name: String, description: String? = nil, parameters: JSONValue = ToolDeclaration.noParameters
  ) {
    self.name = name
    self.description = description
    self.parameters = parameters
  }

  /// The names of the declared arguments, in the order of the declaration.
  package var parameterNames: [String] {
    guard case .object(let schema) = parameters,
      case .object(let properties)? = schema["properties"]
    else { return [] }
    return properties.members.map(\.key)
  }
}

extension ToolDeclaration {
  /// In bytes.
  package static let longestName = 128

  /// Whether the model can write this name in a call: letters, digits and `_ - . : /`, a letter or `_` first.
  package static func isValid(name: String) -> Bool {
    guard let first = name.unicodeScalars.first, name.utf8.count <= longestName else {
      return false
    }
    return isNameStart(first) && name.unicodeScalars.allSatisfy(isNamePart)
  }

  static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "_": true
    default: !scalar.isASCII && scalar.properties.isAlphabetic
    }
  }

  static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".", ":", "/": true
    default: !scalar.isASCII && scalar.properties.isXIDContinue
    }
  }
}

extension ToolDeclaration {
  /// Reads the tools of a chat. None may have the name of another.
  ///
  /// - Throws: `invalidArgument`, naming the place as a JSON pointer behind `chat /tools`.
  package static func read(_ tools: [JSONText]) throws(GenerationFailure) -> [ToolDeclaration] {
    let base = JSONPointer("/tools")
    var values: [JSONValue] = []
    for (index, tool) in tools.enumerated() {
      values.append(try TemplateInput.parse(tool, base.appending(index)))
    }
    return try read(values, base)
  }

  /// Reads a list of declarations, `{"tools":[…]}`, or one declaration alone.
  ///
  /// - Throws: `invalidArgument`, naming the place as a JSON pointer.
  package static func read(_ document: JSONValue) throws(GenerationFailure) -> [ToolDeclaration] {
    switch document {
    case .array(let items): return try read(items, JSONPointer())
    case .object(let object):
      if case .array(let items)? = object["tools"] {
        return try read(items, JSONPointer("/tools"))
      }
      return try read([document], JSONPointer())
    default:
      throw failure(JSONPointer(), "should be a list of tools, not \(document.kind)")
    }
  }

  private static func read(
    _ values: [JSONValue], _ base: JSONPointer
  ) throws(GenerationFailure) -> [ToolDeclaration] {
    var declarations: [ToolDeclaration] = []
    var places: [[UInt8]: Int] = [:]
    for (index, value) in values.enumerated() {
      let place = base.appending(index)
      let declaration = try read(one: value, place)
      if let other = places.updateValue(index, forKey: Array(declaration.name.utf8)) {
        throw failure(place, "the tool has the name of tool \(other); give each its own")
      }
      declarations.append(declaration)
    }
    return declarations
  }

  private static func read(
    one value: JSONValue, _ place: JSONPointer
  ) throws(GenerationFailure) -> ToolDeclaration {
    guard case .object(let outer) = value else {
      throw failure(place, "a tool is an object with name and parameters, not \(value.kind)")
    }
    guard let inner = outer["function"] else { return try read(function: outer, place) }
    let innerPlace = place.appending("function")
    if let type = outer["type"], type != .string("function") {
      throw failure(place.appending("type"), "only tools of type \"function\" are known")
    }
    guard case .object(let function) = inner else {
      throw failure(innerPlace, "should be an object with name and parameters, not \(inner.kind)")
    }
    return try read(function: function, innerPlace)
  }

  private static func read(
    function: JSONObject, _ place: JSONPointer
  ) throws(GenerationFailure) -> ToolDeclaration {
    guard case .string(let name)? = function["name"] else {
      let found = function["name"].map { "not \($0.kind)" } ?? "but there is none"
      throw failure(place.appending("name"), "a tool has a name, a text, \(found)")
    }
    guard isValid(name: name) else {
      throw failure(
        place.appending("name"),
        "a tool's name has letters, digits and _ - . : /, a letter or _ first, "
          + "at most \(longestName) bytes")
    }
    var description: String?
    switch function["description"] {
    case nil, .null: break
    case .string(let text): description = text
    case .some(let value):
      throw failure(place.appending("description"), "should be a text, not \(value.kind)")
    }
    return ToolDeclaration(
      name: name, description: description, parameters: try parameters(function, place))
  }

  /// The schema, under OpenAI's name or under those that Anthropic and MCP have for it.
  private static func parameters(
    _ function: JSONObject, _ place: JSONPointer
  ) throws(GenerationFailure) -> JSONValue {
    let key = ["parameters", "input_schema", "inputSchema"].first { function[$0] != nil }
    guard let key, let value = function[key] else { return noParameters }
    let place = place.appending(key)
    switch value {
    case .null: return noParameters
    case .bool: return value
    case .object(let schema):
      if let type = schema["type"], type != .string("object") {
        throw failure(
          place.appending("type"), "the arguments of a tool are an object: the type is \"object\"")
      }
      return value
    default:
      throw failure(place, "should be a JSON Schema, an object, not \(value.kind)")
    }
  }

  private static func failure(_ place: JSONPointer, _ sentence: String) -> GenerationFailure {
    let pointer = place.text
    return GenerationFailure(
      .invalidArgument, "tools\(pointer.isEmpty ? "" : " \(pointer)"): \(sentence)")
  }
}
