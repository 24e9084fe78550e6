/// A regular language of texts: the minimal deterministic automaton over Unicode scalars.
///
/// Owns the table and its canonical form: two are equal exactly if their languages are. How languages are combined, asked about,
/// and written as bytes stands in the files beside this one.
package struct ScalarAutomaton: Hashable, Sendable {
  package typealias State = Int32

  let alphabet: ScalarAlphabet
  /// `transitions[state * alphabet.classCount + class]`; state 0 is dead, all others can reach an accepting one.
  let transitions: [State]
  /// By state.
  let accepting: [Bool]
  /// 0 if the language is empty, else 1.
  let start: State

  /// No text, not even the empty one.
  package static let nothing = ScalarAutomaton(
    alphabet: .single, transitions: [0], accepting: [false], start: 0)

  /// Only the empty text.
  package static let emptyText = AutomatonDraft(
    alphabet: .single, transitions: [0, 0], accepting: [false, true], start: 1
  ).minimized()

  /// All texts.
  package static let anyText = AutomatonDraft(
    alphabet: .single, transitions: [0, 1], accepting: [false, true], start: 1
  ).minimized()

  /// Texts of one scalar, which is of `set`.
  package static func oneOf(_ set: ScalarSet) -> ScalarAutomaton {
    let (alphabet, classes) = ScalarAlphabet.separating([set])
    let width = alphabet.classCount
    var transitions = [State](repeating: 0, count: 3 * width)
    for index in classes[0] { transitions[width + Int(index)] = 2 }
    return AutomatonDraft(
      alphabet: alphabet, transitions: transitions, accepting: [false, false, true], start: 1
    ).minimized()
  }

  /// - Precondition: canonical, as `AutomatonDraft.minimized` makes it.
  init(alphabet: ScalarAlphabet, transitions: [State], accepting: [Bool], start: State) {
    self.alphabet = alphabet
    self.transitions = transitions
    self.accepting = accepting
    self.start = start
  }

  /// With the dead state.
  package var stateCount: Int { accepting.count }

  /// The state that accepts every rest, if there is one.
  var universalState: State? {
    let width = alphabet.classCount
    return (1..<State(max(1, stateCount))).first { state in
      accepting[Int(state)]
        && transitions[Int(state) * width..<(Int(state) + 1) * width].allSatisfy { $0 == state }
    }
  }

  func next(_ state: State, classIndex: Int) -> State {
    transitions[Int(state) * alphabet.classCount + classIndex]
  }

  /// Whether the language has `text`.
  package func accepts(_ text: String) -> Bool { accepts(text.unicodeScalars) }

  package func accepts(_ scalars: some Sequence<Unicode.Scalar>) -> Bool {
    var state = start
    for scalar in scalars {
      state = next(state, classIndex: alphabet.classIndex(of: scalar))
      if state == 0 { return false }
    }
    return accepting[Int(state)]
  }
}
