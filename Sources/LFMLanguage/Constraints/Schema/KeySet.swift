/// A set of keys of objects: some names and some kinds of names, or all but these.
struct KeySet: Hashable {
  /// Names that are described.
  enum Kind: Hashable {
    case language(ScalarAutomaton)
    /// Names that, as strings, satisfy a schema.
    case schema(Conjunction)
  }

  var names: Set<PropertyName> = []
  var kinds: Set<Kind> = []
  /// Whether the set is all keys but those.
  var isComplement = false

  static let all: KeySet = {
    var all = KeySet()
    all.isComplement = true
    return all
  }()

  init() {}

  init(_ name: PropertyName) { names = [name] }

  var complement: KeySet {
    var result = self
    result.isComplement.toggle()
    return result
  }

  var isAll: Bool { isComplement && names.isEmpty && kinds.isEmpty }

  /// The one name in here, if that is all.
  var single: PropertyName? {
    !isComplement && kinds.isEmpty && names.count == 1 ? names.first : nil
  }

  /// Both together, of sets that are not complements; if one is, all keys are (which is what it means for annotations: nobody adds
  /// the complement of something there but the one of nothing).
  mutating func formUnion(_ other: KeySet) {
    if isAll { return }
    if other.isAll {
      self = other
      return
    }
    names.formUnion(other.names)
    kinds.formUnion(other.kinds)
  }
}
