import CLFMKernels
import Glibc

/// The choice of the kernels that compute: by name, by `LFM_ISA` in the environment, or by the size of the model.
///
/// Without a name, a model whose weights are small is computed exactly: it is quick enough, and nothing is gained by
/// rounding.
///
/// `exact` and `exact-avx512vnni`, `exact-avx512`, `exact-avx2`, `exact-plain`, `exact-neon` name the exact family; `fast` and
/// `avx512vnni`, `avxvnni`, `avx2`, `i8mm`, `dotprod`, `portable` the fast one.
@safe struct InstructionSet {
  /// The exact family's kernels: all that is not a product of weights is theirs in both families.
  let exact: UnsafePointer<lfm_kernels>
  /// The fast family's, where it was chosen.
  let packed: UnsafePointer<lfm_packed_kernels>?

  /// Bytes of weights from which on the fast family is chosen.
  static let largeModel = 64 << 20

  /// - Parameter weightBytes: of the model.
  /// - Throws: `ModelError` of kind `badOption` for a name that is unknown or that this processor does not have.
  init(named name: String?, weightBytes: Int) throws(ModelError) {
    let wanted = name ?? Self.environment ?? (weightBytes < Self.largeModel ? "exact" : "fast")
    let prefix = "exact-"
    if wanted == "exact" || wanted.hasPrefix(prefix) {
      let set = wanted == "exact" ? wanted : String(wanted.dropFirst(prefix.count))
      guard let kernels = unsafe lfm_kernels_named(set), set != "fast" else {
        throw Self.unknown(wanted)
      }
      unsafe exact = unsafe kernels
      unsafe packed = nil
      return
    }
    guard let kernels = unsafe lfm_kernels_named("exact"),
      let fast = unsafe lfm_packed_kernels_named(wanted)
    else { throw Self.unknown(wanted) }
    unsafe exact = unsafe kernels
    unsafe packed = unsafe fast
  }

  /// The exact family keeps keys and values as they are, the fast one in the 16 bits that it reads fastest.
  var element: KVLayout.Element {
    guard unsafe packed != nil else { return .float32 }
    return unsafe KVLayout.Element(rawValue: exact.pointee.best_element) ?? .float16
  }

  /// The same for a model's heads: the wider a head, the fewer bits a query of integers has.
  func element(for hyperparameters: Hyperparameters) -> KVLayout.Element {
    element == .int16 && hyperparameters.headDimension > 256 ? .float16 : element
  }

  /// What people call it.
  var name: String {
    if let packed = unsafe packed { return unsafe String(cString: packed.pointee.name) }
    return unsafe "exact-" + String(cString: exact.pointee.name)
  }

  private static func unknown(_ name: String) -> ModelError {
    ModelError(
      .badOption,
      "no kernels of the name \"\(name)\" on this processor; use fast (the best there are), exact, or one of "
        + "avx512vnni, avxvnni, avx2, i8mm, dotprod, portable, exact-avx512vnni, exact-avx512, exact-avx2, "
        + "exact-plain, exact-neon "
        + "that it has")
  }

  private static var environment: String? {
    guard let value = unsafe getenv("LFM_ISA") else { return nil }
    let name = unsafe String(cString: value)
    return name.isEmpty ? nil : name
  }
}
