import LFMGeneration

/// Follows an output byte by byte and knows whether it can still become what the grammar describes. A value: a copy goes its own way.
///
/// Owns one position in an output. Every byte that is taken leaves a way to complete the whole.
package struct GrammarMatcher: Sendable {
  var stacks: ParseStacks
  /// Whether the output may end here.
  package private(set) var isComplete: Bool

  package init(_ program: ConstraintProgram) throws(GenerationFailure) {
    stacks = ParseStacks(program)
    isComplete = try stacks.begin()
  }

  /// Whether nothing can follow.
  package var isAtEnd: Bool { stacks.places.isEmpty }

  /// Takes all of the bytes, or refuses them and stays where it was.
  ///
  /// - Throws: INVALID_ARGUMENT where the output can be read in too many ways or is nested too deeply.
  package mutating func advance(_ bytes: some Sequence<UInt8>) throws(GenerationFailure) -> Bool {
    let end = stacks.places.count
    let mark = stacks.mark
    var row = 0..<end
    var completes = isComplete
    stacks.work = 0
    for byte in bytes {
      let start = stacks.places.count
      do {
        completes = try stacks.step(row, byte)
      } catch {
        stacks.places.removeLast(stacks.places.count - end)
        stacks.drop(to: mark)
        throw error
      }
      row = start..<stacks.places.count
      guard completes || !row.isEmpty else {
        stacks.places.removeLast(stacks.places.count - end)
        stacks.drop(to: mark)
        return false
      }
    }
    isComplete = completes
    stacks.keep(rowFrom: row.lowerBound)
    return true
  }
}
