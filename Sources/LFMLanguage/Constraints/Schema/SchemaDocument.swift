import LFMGeneration

/// A schema as a document: which places are schemas, what their addresses are, and where references lead.
///
/// Owns `$id`, `$anchor`, `$dynamicAnchor` and the following of pointers. Nothing is fetched: a reference out of the
/// document is refused.
struct SchemaDocument {
  /// More than a schema that someone wrote has; a bound on memory.
  static let maximumPlaces = 100_000

  /// A place in the document that is read as a schema.
  struct Place {
    let value: JSONValue
    fileprivate let path: Int
    /// Index into `resources`.
    let resource: Int
  }

  /// A part of the document with an address of its own.
  struct Resource {
    var address: URIReference
    var root: Int
    /// Anchors of either kind, by name.
    var anchors: [String: Int] = [:]
    var dynamicAnchors: [String: Int] = [:]
  }

  enum Draft: Hashable {
    case draft4
    /// 6 and 7, in which nothing beside a `$ref` counts.
    case draft7
    case current
  }

  /// One key or index below a path. Paths are numbered, so that long keys above many places cost nothing.
  private struct Step: Hashable {
    var parent: Int
    var name: PropertyName
  }

  private(set) var places: [Place] = []
  private(set) var resources: [Resource] = []
  let draft: Draft
  /// Path 0 is the root.
  private var steps: [Step] = [Step(parent: -1, name: PropertyName(""))]
  private var pathsByStep: [Step: Int] = [:]
  private var placesByPath: [Int: Int] = [:]
  private var resourcesByAddress: [String: Int] = [:]

  var root: Int { 0 }

  /// - Throws: `invalidArgument` if `$schema` names a dialect that is unknown, or a keyword's operand is no schema.
  init(_ schema: JSONValue) throws(GenerationFailure) {
    draft = try Self.draft(of: schema)
    resources.append(Resource(address: URIReference(""), root: 0))
    resourcesByAddress[""] = 0
    try register(schema, path: 0, resource: 0)
  }

  private static func draft(of schema: JSONValue) throws(GenerationFailure) -> Draft {
    guard case .object(let object) = schema, let value = object["$schema"] else { return .current }
    let pointer = JSONPointer().appending("$schema")
    guard case .string(var text) = value else {
      throw SchemaFailure.at(pointer, "should be the address of a draft, not \(value.kind)")
    }
    if text.hasSuffix("#") { text.removeLast() }
    if text.hasPrefix("http://") { text = "https://" + text.dropFirst(7) }
    switch text {
    case "https://json-schema.org/draft/2020-12/schema",
      "https://json-schema.org/draft/2019-09/schema", "https://json-schema.org/schema":
      return .current
    case "https://json-schema.org/draft-07/schema", "https://json-schema.org/draft-06/schema":
      return .draft7
    case "https://json-schema.org/draft-04/schema": return .draft4
    default:
      throw SchemaFailure.at(
        pointer, "is a dialect that is not known; leave it out, or name draft 2020-12")
    }
  }

  /// Where a place is, and below it a keyword and what stands under that.
  func pointer(_ place: Int, _ keys: String...) -> JSONPointer {
    keys.reduce(pointer(toPath: places[place].path)) { $0.appending($1) }
  }

  private func pointer(toPath path: Int) -> JSONPointer {
    var names: [String] = []
    var path = path
    while path > 0 {
      names.append(steps[path].name.text)
      path = steps[path].parent
    }
    return names.reversed().reduce(JSONPointer()) { $0.appending($1) }
  }

  private mutating func path(_ parent: Int, _ name: String) -> Int {
    let step = Step(parent: parent, name: PropertyName(name))
    if let known = pathsByStep[step] { return known }
    steps.append(step)
    pathsByStep[step] = steps.count - 1
    return steps.count - 1
  }

  // MARK: Registering

  private mutating func register(
    _ schema: JSONValue, path: Int, resource: Int
  ) throws(GenerationFailure) {
    if placesByPath[path] != nil { return }
    if places.count >= Self.maximumPlaces {
      throw SchemaFailure.tooComplex(
        pointer(toPath: path), "has more than \(Self.maximumPlaces) subschemas")
    }
    let index = places.count
    guard case .object(let object) = schema else {
      guard case .bool = schema else {
        throw SchemaFailure.at(
          pointer(toPath: path), "a schema is an object or a boolean, not \(schema.kind)")
      }
      add(Place(value: schema, path: path, resource: resource))
      return
    }
    let resource = identify(object, index, within: resource)
    add(Place(value: schema, path: path, resource: resource))
    let isReference = draft != .current && object["$ref"] != nil
    for member in object.members {
      guard let keyword = SchemaKeyword.byName[member.key], keyword.operand != .value,
        !isReference || ["$defs", "definitions"].contains(member.key)
      else { continue }
      try register(
        operand: member.value, keyword.operand, path: self.path(path, member.key),
        resource: resource)
    }
  }

  private mutating func add(_ place: Place) {
    placesByPath[place.path] = places.count
    places.append(place)
  }

  /// Gives the schema at the coming place its address and its anchors.
  private mutating func identify(_ object: JSONObject, _ index: Int, within outer: Int) -> Int {
    var resource = outer
    let ignoresSiblings = draft != .current && object["$ref"] != nil
    if case .string(let text)? = object[draft == .draft4 ? "id" : "$id"], !ignoresSiblings {
      var address = URIReference(text).resolved(against: resources[outer].address)
      let name = address.fragment
      address.fragment = nil
      if address.resource != resources[outer].address.resource {
        resource = resources.count
        resources.append(Resource(address: address, root: index))
        if resourcesByAddress[address.resource] == nil {
          resourcesByAddress[address.resource] = resource
        }
      }
      // How drafts up to 7 wrote what is an $anchor now.
      if let name, !name.isEmpty, !name.hasPrefix("/") { resources[resource].anchors[name] = index }
    }
    if case .string(let name)? = object["$anchor"] { resources[resource].anchors[name] = index }
    if case .string(let name)? = object["$dynamicAnchor"] {
      resources[resource].anchors[name] = index
      resources[resource].dynamicAnchors[name] = index
    }
    return resource
  }

  private mutating func register(
    operand: JSONValue, _ kind: SchemaKeyword.Operand, path: Int, resource: Int
  ) throws(GenerationFailure) {
    switch (kind, operand) {
    case (.schemas, .array(let items)), (.schemaOrSchemas, .array(let items)):
      for (index, item) in items.enumerated() {
        try register(item, path: self.path(path, String(index)), resource: resource)
      }
    case (.schemas, _):
      throw SchemaFailure.at(
        pointer(toPath: path), "should be a list of schemas, not \(operand.kind)")
    case (.schemaMap, .object(let object)), (.dependencies, .object(let object)):
      for member in object.members {
        if kind == .dependencies, case .array = member.value { continue }
        try register(member.value, path: self.path(path, member.key), resource: resource)
      }
    case (.schemaMap, _), (.dependencies, _):
      throw SchemaFailure.at(
        pointer(toPath: path), "should be an object of schemas, not \(operand.kind)")
    case (.schema, _), (.schemaOrSchemas, _):
      try register(operand, path: path, resource: resource)
    case (.value, _): break
    }
  }

  // MARK: Following

  /// The schema below the schema at `place`, under a keyword (and a key or index).
  func subschema(of place: Int, _ keys: String...) -> Int? {
    var path = places[place].path
    for key in keys {
      guard let next = pathsByStep[Step(parent: path, name: PropertyName(key))] else { return nil }
      path = next
    }
    return placesByPath[path]
  }

  /// Where a reference leads, and the name of the anchor if it was one.
  ///
  /// - Throws: `invalidArgument` for what is not in the document.
  mutating func follow(
    _ reference: String, from place: Int, keyword: String
  ) throws(GenerationFailure) -> (place: Int, anchor: String?) {
    let base = resources[places[place].resource].address
    let address = URIReference(reference).resolved(against: base)
    guard let resource = resourcesByAddress[address.resource] else {
      throw SchemaFailure.at(
        pointer(place, keyword),
        "refers to something outside of the schema, and nothing is fetched; put it into $defs")
    }
    guard let fragment = URIReference.withoutPercents(address.fragment ?? "") else {
      throw SchemaFailure.at(pointer(place, keyword), "has a percent escape that is not UTF-8")
    }
    if fragment.isEmpty { return (resources[resource].root, nil) }
    if !fragment.hasPrefix("/") {
      guard let anchor = resources[resource].anchors[fragment] else {
        throw SchemaFailure.at(
          pointer(place, keyword), "refers to an anchor that is not in the schema")
      }
      return (anchor, fragment)
    }
    guard let found = try walk(fragment, from: resource) else {
      throw SchemaFailure.at(
        pointer(place, keyword), "refers to a place that is not in the schema")
    }
    return (found, nil)
  }

  private mutating func walk(
    _ fragment: String, from resource: Int
  ) throws(GenerationFailure) -> Int? {
    let root = places[resources[resource].root]
    var value = root.value
    var path = root.path
    var holder = resource
    for part in fragment.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let key = String(part.replacing("~1", with: "/").replacing("~0", with: "~"))
      switch value {
      case .object(let object):
        guard let next = object[key] else { return nil }
        value = next
      case .array(let items):
        guard let index = Int(key), items.indices.contains(index) else { return nil }
        value = items[index]
      default: return nil
      }
      path = self.path(path, key)
      if let known = placesByPath[path] { holder = places[known].resource }
    }
    if placesByPath[path] == nil { try register(value, path: path, resource: holder) }
    return placesByPath[path]
  }
}
