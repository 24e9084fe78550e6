import LFMGeneration

/// A choice of texts as a grammar: one automaton, which is their tree.
enum ChoiceGrammar {
  static let maximumBytes = 1 << 20

  /// - Throws: INVALID_ARGUMENT without any text, or for too many.
  static func grammar(_ texts: [String]) throws(GenerationFailure) -> Grammar {
    guard !texts.isEmpty else {
      throw ConstraintLimits.refusal("a choice of no text; give at least one")
    }
    guard texts.reduce(0, { $0 + $1.utf8.count }) <= maximumBytes else {
      throw ConstraintLimits.refusal("its texts are longer than \(maximumBytes >> 20) MiB together")
    }
    var classes = [UInt8](repeating: 0, count: 256)
    var classCount = 1
    for byte in Set(texts.lazy.flatMap(\.utf8)).sorted() {
      // UTF-8 has not all bytes, so that class 0 stays for the others.
      classes[Int(byte)] = UInt8(classCount)
      classCount += 1
    }
    var transitions = [Int32](repeating: 0, count: 2 * classCount)
    var accepting = [false, false]
    for text in texts {
      var state = 1
      for byte in text.utf8 {
        let cell = state * classCount + Int(classes[Int(byte)])
        if transitions[cell] == 0 {
          transitions[cell] = Int32(accepting.count)
          accepting.append(false)
          transitions += repeatElement(0, count: classCount)
          guard transitions.count <= ConstraintLimits.tableCells else {
            throw ConstraintLimits.refusal("its texts are too many; give fewer or shorter ones")
          }
        }
        state = Int(transitions[cell])
      }
      accepting[state] = true
    }
    let automaton = ByteAutomaton(
      classes: classes, classCount: classCount, transitions: transitions, accepting: accepting,
      start: 1)
    return Grammar(rules: [.init(name: "choice", expression: .language(automaton))], root: 0)
  }
}
