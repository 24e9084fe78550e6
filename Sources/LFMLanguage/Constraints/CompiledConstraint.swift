import LFMGeneration

/// A constraint ready to be run, shared by all calls that ask for it.
package final class CompiledConstraint: Sendable {
  let program: ConstraintProgram

  /// - Parameter isToBeWritten: as `ConstraintSource.grammar` has it.
  /// - Throws: INVALID_ARGUMENT that names what cannot be honoured.
  package convenience init(
    _ source: ConstraintSource, isToBeWritten: Bool = false
  ) throws(GenerationFailure) {
    try self.init(try source.grammar(isToBeWritten: isToBeWritten))
  }

  package init(_ grammar: Grammar) throws(GenerationFailure) {
    program = try ProgramBuilder.program(of: grammar)
  }

  /// Whether the whole text satisfies the constraint.
  package func accepts(_ text: [UInt8]) throws(GenerationFailure) -> Bool {
    var matcher = try GrammarMatcher(program)
    var rest = text[...]
    while !rest.isEmpty {
      guard try matcher.advance(rest.prefix(64)) else { return false }
      rest = rest.dropFirst(64)
    }
    return matcher.isComplete
  }
}
