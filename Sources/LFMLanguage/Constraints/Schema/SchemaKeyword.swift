/// What the compiler knows of each keyword of JSON Schema: the published table.
///
/// Owns names, levels and sentences, and where subschemas stand. What a keyword does is in the files of its type.
package struct SchemaKeyword: Hashable, Sendable {
  package enum Level: String, Hashable, Sendable {
    /// Honoured exactly, always.
    case exact
    /// Honoured exactly where the sentence says; refused elsewhere.
    case partly
    /// Says nothing about which values are valid; passed over.
    case annotation
    /// A schema that has it is refused.
    case refused
  }

  /// What stands under the keyword.
  enum Operand: Hashable, Sendable {
    case value
    case schema
    case schemas
    case schemaMap
    /// A schema, or (drafts before 2020-12) a list of them.
    case schemaOrSchemas
    /// Schemas by name, some of which may be lists of names instead.
    case dependencies
  }

  package let name: String
  package let level: Level
  /// What is supported, in one sentence.
  package let note: String
  let operand: Operand

  private init(_ name: String, _ level: Level, _ note: String, _ operand: Operand = .value) {
    self.name = name
    self.level = level
    self.note = note
    self.operand = operand
  }

  /// All keywords, in the order of the specification.
  package static let all: [SchemaKeyword] =
    references + composition + objects + arrays + scalars + annotations

  /// The table as text: a line a keyword, its level, and what is supported.
  package static var table: String {
    let width = all.map(\.name.count).max() ?? 0
    let lines = all.map { keyword in
      let name = keyword.name.padded(to: width + 2)
      return name + keyword.level.rawValue.padded(to: 12) + keyword.note
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  private static let references = [
    SchemaKeyword(
      "$schema", .partly, "Drafts 4 to 2020-12 by their addresses; others are refused."),
    SchemaKeyword("$id", .exact, "A base address for references within the schema."),
    SchemaKeyword("id", .exact, "As $id, where $schema names draft 4."),
    SchemaKeyword("$anchor", .exact, "A name for references."),
    SchemaKeyword("$dynamicAnchor", .exact, "A name for references and dynamic references."),
    SchemaKeyword(
      "$ref", .partly, "Within the schema, recursive ones too; nothing is ever fetched."),
    SchemaKeyword("$dynamicRef", .partly, "As $ref, with the dynamic scope followed."),
    SchemaKeyword("$recursiveRef", .partly, "As $ref, unless $recursiveAnchor is used."),
    SchemaKeyword("$recursiveAnchor", .refused, "Write $dynamicAnchor in its place."),
    SchemaKeyword("$defs", .exact, "Schemas to refer to.", .schemaMap),
    SchemaKeyword("definitions", .exact, "As $defs.", .schemaMap),
    SchemaKeyword("$vocabulary", .annotation, "Describes a meta-schema."),
  ]

  private static let composition = [
    SchemaKeyword("allOf", .exact, "By intersection.", .schemas),
    SchemaKeyword("anyOf", .exact, "By union.", .schemas),
    SchemaKeyword(
      "oneOf", .partly,
      "Where the branches exclude each other or their complements can be written.",
      .schemas),
    SchemaKeyword(
      "not", .partly,
      "Where the complement can be written: all but open maps, uniqueItems, and multipleOf with another "
        + "fraction than 0.5, 0.25 or 0.125.",
      .schema),
    SchemaKeyword("if", .partly, "Where the complement of the condition can be written.", .schema),
    SchemaKeyword("then", .exact, "With if.", .schema),
    SchemaKeyword("else", .exact, "With if.", .schema),
    SchemaKeyword("dependentSchemas", .exact, "By distinction of cases.", .schemaMap),
    SchemaKeyword(
      "dependencies", .exact, "As dependentRequired and dependentSchemas.", .dependencies),
  ]

  private static let objects = [
    SchemaKeyword(
      "properties", .exact,
      "Keys in any order, at most 4,096; beside more than 512, only spelled plainly.", .schemaMap),
    SchemaKeyword("patternProperties", .exact, "As pattern.", .schemaMap),
    SchemaKeyword(
      "additionalProperties", .exact, "Absent, any further members are allowed.", .schema),
    SchemaKeyword("propertyNames", .exact, "All that strings can be asked for.", .schema),
    SchemaKeyword(
      "unevaluatedProperties", .exact, "With all that it looks through.", .schema),
    SchemaKeyword("required", .exact, "A list of keys."),
    SchemaKeyword(
      "dependentRequired", .partly,
      "Lists of keys by key; keys that ask for each other not beside a maxProperties that leaves some out."
    ),
    SchemaKeyword(
      "minProperties", .partly,
      "A number of members; of two or more, keys must not be of a pattern with a largest length or a fixed "
        + "ending, unless it is one of at most 512 keys."),
    SchemaKeyword("maxProperties", .exact, "A number of members."),
  ]

  private static let arrays = [
    SchemaKeyword("prefixItems", .exact, "Schemas by position.", .schemas),
    SchemaKeyword(
      "items", .exact, "Also with a list of schemas, as prefixItems.", .schemaOrSchemas),
    SchemaKeyword("additionalItems", .exact, "With a list in items.", .schema),
    SchemaKeyword(
      "unevaluatedItems", .exact, "With all that it looks through.", .schema),
    SchemaKeyword("contains", .exact, "With limits that are not large.", .schema),
    SchemaKeyword("minContains", .exact, "With contains."),
    SchemaKeyword(
      "maxContains", .partly, "Where the complement of contains can be written."),
    SchemaKeyword("minItems", .exact, "A number of items."),
    SchemaKeyword("maxItems", .exact, "A number of items."),
    SchemaKeyword(
      "uniqueItems", .partly,
      "Where there is at most one item, or items are of a few listed values."),
  ]

  private static let scalars = [
    SchemaKeyword("type", .exact, "One type or a list of them; 1.0 is an integer."),
    SchemaKeyword(
      "enum", .exact, "Values of every kind; 1 and 1.0 are equal. Numbers of at most 1,000 digits."),
    SchemaKeyword(
      "const", .exact, "A value of any kind; 1 and 1.0 are equal. Numbers of at most 1,000 digits."),
    SchemaKeyword("minLength", .exact, "In code points."),
    SchemaKeyword(
      "maxLength", .exact,
      "In code points; beside a pattern or format, large limits are kept to fewer."),
    SchemaKeyword(
      "pattern", .partly,
      "ECMA-262's regular expressions but for back-references and for look-behind that holds assertions of its own or "
        + "stands inside of look-ahead."),
    SchemaKeyword(
      "format", .partly,
      "Enforced for the formats that are known; float, double, int32, int64, password, binary and byte, which are "
        + "OpenAPI's, ask nothing; others are refused."),
    SchemaKeyword(
      "minimum", .exact,
      "Of at most 1,000 digits. Integers are exact; with a point or an exponent, a number is the nearest "
        + "64-bit float. With an exponent it has one digit before the point, as programs write it."
    ),
    SchemaKeyword("maximum", .exact, "As minimum."),
    SchemaKeyword("exclusiveMinimum", .exact, "As minimum; also draft 4's true beside it."),
    SchemaKeyword("exclusiveMaximum", .exact, "As minimum; also draft 4's true beside maximum."),
    SchemaKeyword(
      "multipleOf", .partly,
      "Exact decimals, of divisors that are not large: 0.35 is a multiple of 0.05. Python's jsonschema "
        + "divides floats where the divisor is one, and may judge such a number, or a very large one, otherwise."
    ),
  ]

  private static let annotations =
    [
      "title", "description", "default", "examples", "example", "deprecated", "readOnly",
      "writeOnly",
      "$comment", "contentEncoding", "contentMediaType", "nullable", "discriminator", "xml",
      "externalDocs",
    ].map { SchemaKeyword($0, .annotation, "Passed over.") } + [
      SchemaKeyword("contentSchema", .annotation, "Passed over.", .schema)
    ]
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
