/// What the scheduler may do at most. Counts are at least 1 (`Scheduler` raises smaller ones).
package struct SchedulerLimits: Hashable, Sendable {
  /// Generations that wait (being tokenized, or for room); one more is refused.
  package var waiting: Int
  /// Generations that hold pages and take turns.
  package var running: Int
  /// Prompt tokens in one chunk.
  package var chunk: Int
  /// Rows in one step, chunk and decodes together: the model's limit.
  package var rows: Int
  /// KV pages in all.
  package var pages: Int
  /// Positions in a page.
  package var pageSize: Int
  /// How long a chunk may hold up the decodes that ride on it, as far as past steps tell.
  package var interTokenBudget: Duration
  /// How long a chunk may last when nobody decodes: newcomers, progress events and turns wait for its end.
  package var chunkBudget: Duration

  package init(
    waiting: Int = 64, running: Int = 16, chunk: Int = 512, rows: Int = 512, pages: Int,
    pageSize: Int = 64, interTokenBudget: Duration = .milliseconds(250),
    chunkBudget: Duration = .seconds(2)
  ) {
    self.waiting = waiting
    self.running = running
    self.chunk = chunk
    self.rows = rows
    self.pages = pages
    self.pageSize = pageSize
    self.interTokenBudget = interTokenBudget
    self.chunkBudget = chunkBudget
  }

  /// Pages that hold this many positions.
  package func pages(for positions: Int) -> Int {
    positions <= 0 ? 0 : (positions - 1) / max(1, pageSize) + 1
  }
}
