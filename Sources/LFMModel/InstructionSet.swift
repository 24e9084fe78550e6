import CLFMKernels
import Glibc

/// The choice of the instruction set that computes: by name, by `LFM_ISA` in the environment, or the best.
enum InstructionSet {
  /// - Throws: `ModelError` of kind `badOption` for a name that is unknown or that this processor does not have.
  static func kernels(named name: String?) throws(ModelError) -> UnsafePointer<lfm_kernels> {
    let wanted = name ?? environment ?? "exact"
    guard let kernels = unsafe lfm_kernels_named(wanted) else {
      throw ModelError(
        .badOption,
        "no kernels for the instruction set \"\(wanted)\" on this processor; "
          + "use exact (the best there is), or one of avx512, avx2, plain, neon that it has")
    }
    return unsafe kernels
  }

  /// What people call it.
  static func name(of kernels: UnsafePointer<lfm_kernels>) -> String {
    unsafe String(cString: kernels.pointee.name)
  }

  private static var environment: String? {
    guard let value = unsafe getenv("LFM_ISA") else { return nil }
    let name = unsafe String(cString: value)
    return name.isEmpty ? nil : name
  }
}
