/// A deterministic automaton over bytes: a regular language, ready to be run.
///
/// Owns the table. State 0 is dead: nothing is accepted from it. The other states are all alive: from each some accepting
/// state can be reached, so that whoever only takes transitions into states other than 0 never meets a dead end.
package struct ByteAutomaton: Hashable, Sendable {
  package typealias State = Int32

  /// The class of each of the 256 bytes; bytes of a class are told apart by no state.
  package let classes: [UInt8]
  /// How many classes there are, 1 to 256.
  package let classCount: Int
  /// `transitions[state * classCount + class]`; the row of state 0 is all 0.
  package let transitions: [State]
  /// By state; false for state 0.
  package let accepting: [Bool]
  /// 0 if the language is empty.
  package let start: State

  /// - Precondition: as the properties say; who builds one has removed the states that are not alive.
  package init(
    classes: [UInt8], classCount: Int, transitions: [State], accepting: [Bool], start: State
  ) {
    precondition(classes.count == 256 && (1...256).contains(classCount))
    precondition(transitions.count == accepting.count * classCount)
    precondition(accepting.indices.contains(Int(start)) && !accepting[0])
    self.classes = classes
    self.classCount = classCount
    self.transitions = transitions
    self.accepting = accepting
    self.start = start
  }

  package var stateCount: Int { accepting.count }

  /// Where `byte` leads from `state`.
  package func next(_ state: State, _ byte: UInt8) -> State {
    transitions[Int(state) * classCount + Int(classes[Int(byte)])]
  }

  package func accepts(_ state: State) -> Bool { accepting[Int(state)] }

  /// Whether the language has the whole of `bytes`.
  package func accepts(_ bytes: some Sequence<UInt8>) -> Bool {
    var state = start
    for byte in bytes {
      state = next(state, byte)
      if state == 0 { return false }
    }
    return accepts(state)
  }
}
