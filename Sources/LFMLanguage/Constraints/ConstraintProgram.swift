/// A grammar made ready to be run: instructions between automata, all in flat tables.
///
/// Owns the shape. `ProgramBuilder` makes one, `ParseStacks` runs it.
///
/// A rule's body is a chain of instructions that ends in `return`. Most bytes are taken inside a terminal, which is an
/// automaton; only where one accepts are instructions followed. Instruction 0 is a `return`.
package final class ConstraintProgram: Sendable {
  /// The index of an instruction.
  typealias Address = Int32

  enum Instruction: Sendable {
    case `return`
    /// A text of an automaton that starts at this row, then on at `next`.
    case terminal(row: Int32, next: Address)
    /// `atLeast` to `atMost` (-1: no end) texts of an automaton of which no accepted text begins another. The count is the
    /// place's `register`.
    case counted(row: Int32, atLeast: Int32, atMost: Int32, next: Address)
    case call(entry: Address, next: Address)
    /// On at each of `targets[range]`.
    case split(Range<Int32>)
    /// The body, which ends in a `return` to here, so often; the count is the register.
    case repetition(entry: Address, atLeast: Int32, atMost: Int32, next: Address)
    /// Before the first of members.
    case membersStart(Int32)
    /// Before or in a key; the register is the progress.
    case key(Int32)
    /// After a member; the register is the progress.
    case memberEnd(Int32)
  }

  /// A row of the automata's common table begins with these cells; the transitions by class follow.
  static let headerCells = 2
  /// Bits of a row's first cell. From bit 8 on it holds the number of the state in its automaton.
  static let accepts: Int32 = 1
  static let hasTransitions: Int32 = 2

  let instructions: [Instruction]
  let targets: [Address]
  /// Rows of all automata, addressed by their first cell. Row 0 is dead and leads to itself.
  ///
  /// The second cell is a `PlainTexts.Counts`.
  let table: [Int32]
  /// 256 bytes an automaton: the class of each byte.
  let classes: [UInt8]
  /// Where an instruction's classes begin in `classes`; meaningless for those that hold no place.
  let classBase: [Int32]
  let members: [MembersTable]
  /// Whether any members remember the keys that were written.
  let tellsKeys: Bool
  let entry: Address

  init(
    instructions: [Instruction], targets: [Address], table: [Int32], classes: [UInt8],
    classBase: [Int32], members: [MembersTable], entry: Address
  ) {
    self.instructions = instructions
    self.targets = targets
    self.table = table
    self.classes = classes
    self.classBase = classBase
    self.members = members
    tellsKeys = members.contains(where: \.tellsKeys)
    self.entry = entry
  }

  /// Whether an instruction's register is a number in the `ProgressTable`.
  func holdsProgress(_ address: Address) -> Bool {
    switch instructions[Int(address)] {
    case .key, .memberEnd, .membersStart: true
    default: false
    }
  }

  /// The row that `byte` leads to from a row of the instruction at `address`.
  func next(_ address: Address, _ row: Int32, _ byte: UInt8) -> Int32 {
    table[
      Int(row) + Self.headerCells + Int(classes[Int(classBase[Int(address)]) + Int(byte)])]
  }
}
