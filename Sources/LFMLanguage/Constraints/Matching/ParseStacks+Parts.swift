// What parse stacks are made of.

extension ParseStacks {
  /// Somewhere inside a terminal or a key.
  struct Place: Hashable, Sendable {
    var address: Address
    /// The row of the automaton.
    var row: Int32
    /// A count or the members' progress, as the instruction has it.
    var register: Int32
    var frame: Int32
    /// Where in the output the key begins, if it may have to be remembered.
    var keyStart = Int32.max
  }

  /// An instruction that is to be followed.
  struct Continuation: Hashable, Sendable {
    var address: Address
    var register: Int32
    var frame: Int32
  }

  /// A way on from a frame.
  struct Edge: Sendable {
    var to: Continuation
    /// The next edge of the same frame, or -1.
    var next: Int32
  }

  /// How long everything was that can be dropped again.
  struct Mark: Sendable {
    var frames: Int
    var edges: Int
    var progress: ProgressTable.Mark
    var length: Int
  }
}
