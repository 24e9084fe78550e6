import LFMGeneration

/// Why a regular language could not be made.
package struct RegularFailure: Error, Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    /// The expression breaks its syntax.
    case syntax
    /// Understood, but nothing that an automaton could honour, or nothing that we do.
    case unsupported
    /// The automaton would have too many states, or take too long to make.
    case tooLarge
  }

  package var reason: Reason
  /// A sentence that names the thing and what to do, without a full stop at its end.
  package var message: String
  /// Where in an expression, counted in characters from 1.
  package var column: Int?

  package init(_ reason: Reason, _ message: String, column: Int? = nil) {
    self.reason = reason
    self.message = message
    self.column = column
  }

  /// The sentence and its place.
  package var description: String {
    column.map { "\(message) (column \($0))" } ?? message
  }

  package var generationFailure: GenerationFailure {
    GenerationFailure(.invalidArgument, description)
  }

  static func tooManyStates(_ limit: Int) -> RegularFailure {
    RegularFailure(
      .tooLarge,
      "this would take an automaton of more than \(limit) states; use smaller counts or fewer alternatives"
    )
  }

  static var tooMuchWork: RegularFailure {
    RegularFailure(
      .tooLarge,
      "this takes too long to make into an automaton; use smaller counts or fewer alternatives, "
        + "or anchor it with ^ and $")
  }
}

/// What one automaton may cost; beyond it, `RegularFailure.Reason.tooLarge`.
enum RegularLimits {
  /// Of a deterministic automaton, over scalars or bytes.
  static let states = 50_000
  /// Of a table, that is states times classes; 4 bytes each, and some 40 while it is minimised.
  static let tableEntries = 3_000_000
  /// Of a nondeterministic automaton.
  static let positions = 200_000
  /// Steps of subset construction, of about 10 ns.
  static let work = 30_000_000
  /// Words kept for the sets that are the states of a subset construction.
  static let setWords = 6_000_000
}

/// What is left of the work that expressions may take, their look-aheads and all. One for a whole schema keeps a thousand patterns from
/// taking a thousand times as long as one may.
package struct RegularBudget: Sendable {
  /// Steps of about 10 ns; below 0, it is too much.
  package var work: Int

  /// As much as one expression may take, some 0.3 s.
  package init() { work = RegularLimits.work }

  package init(work: Int) { self.work = work }
}
