/// The number of a generation, given by the engine, never used twice.
package typealias GenerationID = UInt64

/// One pass of the model: a chunk of a prompt, the next rows of all that decode, or those rows riding on the chunk.
package struct Step: Hashable, Sendable {
  /// Tokens of one generation's prompt.
  package struct Chunk: Hashable, Sendable {
    package var id: GenerationID
    package var count: Int

    package init(id: GenerationID, count: Int) {
      self.id = id
      self.count = count
    }
  }

  package var chunk: Chunk?
  /// Generations that add one token each.
  package var rows: [GenerationID]

  package init(chunk: Chunk?, rows: [GenerationID]) {
    self.chunk = chunk
    self.rows = rows
  }

  /// All rows that the model computes.
  package var size: Int { (chunk?.count ?? 0) + rows.count }
}

/// What the scheduler wants done next.
package struct Decision: Hashable, Sendable {
  /// Generations that lose their pages and begin again when there is room: their states are to be dropped.
  package var preempted: [GenerationID]
  /// `nil` if nobody can run.
  package var step: Step?
}
