import LFMGeneration
import Synchronization
import Testing

@testable import LFMLanguage

/// What runs beside a model and its slow twin, asked together: they have to agree.
enum BothAcceptors {
  /// Many texts of one grammar are asked for in a row.
  private static let last = Mutex<(grammar: Grammar, constraint: CompiledConstraint)?>(nil)

  static func accepts(_ grammar: Grammar, _ text: String) -> Bool {
    accepts(grammar, Array(text.utf8))
  }

  static func accepts(_ grammar: Grammar, _ text: [UInt8]) -> Bool {
    let expected = SlowAcceptor.accepts(grammar, text)
    do {
      let constraint = try compiled(grammar)
      let found = try constraint.accepts(text)
      if found != expected {
        let shown = String(decoding: text.prefix(200), as: UTF8.self)
        Issue.record("the matcher says \(found) and its twin \(expected) of \(shown)")
      }
    } catch {
      Issue.record("the matcher refuses a grammar: \(error)")
    }
    return expected
  }

  private static func compiled(_ grammar: Grammar) throws -> CompiledConstraint {
    if let known = last.withLock({ $0 }), known.grammar == grammar { return known.constraint }
    let constraint = try CompiledConstraint(grammar)
    last.withLock { $0 = (grammar, constraint) }
    return constraint
  }
}
