/// The rows of one step: which sequence and position each belongs to, and which of them still take part.
///
/// Made and checked by `Model.forward`; `ForwardPass` computes it.
struct Step {
  /// The rows of one sequence, consecutive.
  struct Part {
    let state: SequenceState
    let tokens: [Int32]
    let logits: Segment.Logits
    let screening: Screening?
    let cancellation: CancellationFlag?
    /// The position of the first row.
    let start: Int
    let firstRow: Int
    /// Where its rows begin among the active ones: they are consecutive there too.
    var firstActive: Int
    let columns: Columns
    var active = true
    /// Where its pages stand in `pages`.
    var firstPage = 0

    /// Rebuild convolution columns only: keys and values are read and not written.
    var replays: Bool { columns != .committed }

    var rows: Range<Int> { firstRow..<firstRow + tokens.count }
  }

  /// Where the convolution columns before a part's first row come from.
  enum Columns {
    /// The sequence's own: a step that appends.
    case committed
    /// Zeros: the first piece of a replay. What is wrong in its first rows does not reach its last ones.
    case zeros
    /// What an earlier piece of the same replay left.
    case pending
  }

  var parts: [Part] = []
  private(set) var rowCount = 0
  /// Rows that still take part, ascending.
  private(set) var activeRows: [Int] = []
  /// Of each row: its part and its position.
  private(set) var partOfRow: [Int] = []
  private(set) var positions: [Int] = []

  mutating func add(_ segment: Segment, start: Int, columns: Columns) {
    let count = segment.tokens.count
    parts.append(
      Part(
        state: segment.state, tokens: segment.tokens, logits: segment.logits,
        screening: segment.screening, cancellation: segment.cancellation, start: start,
        firstRow: rowCount,
        firstActive: rowCount, columns: columns))
    for offset in 0..<count {
      activeRows.append(rowCount + offset)
      partOfRow.append(parts.count - 1)
      positions.append(start + offset)
    }
    rowCount += count
  }

  /// Drop the rows of parts that were cancelled since the last look.
  mutating func dropCancelled() {
    var changed = false
    for index in parts.indices where parts[index].active {
      if parts[index].cancellation?.isCancelled == true {
        parts[index].active = false
        changed = true
      }
    }
    guard changed else { return }
    activeRows.removeAll { !parts[partOfRow[$0]].active }
    var first = 0
    for index in parts.indices where parts[index].active {
      parts[index].firstActive = first
      first += parts[index].tokens.count
    }
  }

  /// A row whose logits are wanted, or as much of them as a screening leaves.
  struct WantedRow {
    let row: Int
    let screening: Screening?
  }

  /// The rows whose logits are wanted, of the parts that still take part.
  var wantedRows: [WantedRow] {
    var wanted: [WantedRow] = []
    for part in parts where part.active {
      switch part.logits {
      case .none: break
      case .last:
        wanted.append(WantedRow(row: part.rows.upperBound - 1, screening: part.screening))
      case .all: wanted += part.rows.map { WantedRow(row: $0, screening: nil) }
      }
    }
    return wanted
  }
}
