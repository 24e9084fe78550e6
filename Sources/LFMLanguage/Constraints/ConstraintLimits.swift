// The numbers that keep a constraint from costing more than it may. What they are compared with stands where it is counted.
import LFMGeneration

/// What a constraint may take, at compile time and while it runs. Beyond these it is refused with INVALID_ARGUMENT.
enum ConstraintLimits {
  static let rules = 50_000
  /// Expressions of all rules together.
  static let expressions = 500_000
  static let instructions = 1_000_000
  /// Cells of all automata's tables together, 4 bytes each.
  static let tableCells = 16 << 20
  static let namedMembers = 4096
  /// Positions that regular parts may have together if they are to be merged into one automaton; more stay apart.
  static let mergedPositions = 16_384
  static let mergedStates = 16_384
  /// Set elements looked at by all merging of one compilation: some 50 ms.
  static let mergingWork = 4_000_000
  /// As `mergedStates` and `mergingWork`, for the keys of members, which cannot stay apart.
  static let keyStates = 200_000
  static let keyWork = 20_000_000

  /// Places in which one output may be at the same time: how ambiguous a grammar may be.
  static let places = 2048
  /// Open frames: how deep an output may nest, several to a level.
  static let frames = 1 << 21
  /// Places stepped over for one mask or one token: some 200 ms.
  static let stepWork = 20_000_000

  static func refusal(_ what: String) -> GenerationFailure {
    GenerationFailure(.invalidArgument, "the constraint is refused: \(what)")
  }

  static let tooAmbiguous = refusal(
    "its output can be read in too many ways at once; make alternatives differ in their first characters"
  )
}
