// A model without weights: the logits are a function of the tokens so far. States and pages are the real ones.
import Foundation
import LFMGeneration
import Synchronization

@testable import LFMEngine
@testable import LFMModel

/// `@unchecked Sendable`: one step at a time, as the engine promises (and the model checks).
final class ScriptedModel: StepModel, @unchecked Sendable {
  let vocabularyCount: Int
  let contextLength: Int
  let maximumRows = 512
  let gate = Gate()
  /// Sizes of the steps so far: rows in all, and how many sequences.
  let steps = Mutex<[(rows: Int, sequences: Int)]>([])
  private let layers = Atomic<UInt64>(0)
  private let script: @Sendable ([TokenID]) -> [Float]
  private let failing = Mutex<ModelError?>(nil)
  private let isComputing = Atomic<Bool>(false)
  private var histories: [ObjectIdentifier: [TokenID]] = [:]

  init(
    contextLength: Int = 4096, width: Int = TestTokenizer.count,
    script: @escaping @Sendable ([TokenID]) -> [Float]
  ) {
    self.contextLength = contextLength
    vocabularyCount = width
    self.script = script
  }

  /// Answers any prompt with the same tokens.
  convenience init(contextLength: Int = 4096, prompt: Int, answer: [TokenID]) {
    self.init(contextLength: contextLength) { history in
      let index = history.count - prompt
      return ScriptedModel.favouring(
        answer.indices.contains(index) ? answer[index] : TestTokenizer.turnEnd)
    }
  }

  /// Letters that depend on everything before them, so that any mistake with a state shows.
  static func hashing(contextLength: Int = 4096) -> ScriptedModel {
    ScriptedModel(contextLength: contextLength) { history in
      var hash: UInt64 = 14_695_981_039_346_656_037
      for token in history {
        hash = (hash ^ UInt64(UInt32(bitPattern: token))) &* 1_099_511_628_211
      }
      var random = RandomSource(seed: hash)
      return (0..<TestTokenizer.count).map { token in
        (97...122).contains(token) ? Float(random.nextUnit() * 6) : -1000
      }
    }
  }

  static func favouring(_ token: TokenID) -> [Float] {
    var logits = [Float](repeating: 0, count: TestTokenizer.count)
    logits[Int(token)] = 50
    return logits
  }

  func fail(with error: ModelError?) { failing.withLock { $0 = error } }

  var layersFinished: UInt64 { layers.load(ordering: .relaxed) }

  func makePool(
    positions: Int, element: KVLayout.Element, poisonsFreedPages: Bool
  ) throws(ModelError) -> KVPool {
    try KVPool(
      layout: KVLayout(headsPerLayer: [1], headDimension: 2, element: element),
      capacity: KVLayout.pages(for: positions), poisonsFreedPages: poisonsFreedPages)
  }

  func makeSequence(in pool: KVPool) -> SequenceState {
    SequenceState(pool: pool, convolutionCount: 2)
  }

  var isExact: Bool { true }
  var element: KVLayout.Element { .float32 }

  func forward(
    _ segments: [Segment], logits: LogitsBuffer, exact: Bool
  ) throws(ModelError) -> [SegmentResult] {
    precondition(
      isComputing.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged,
      "two steps at once")
    defer { isComputing.store(false, ordering: .releasing) }
    if let error = failing.withLock({ $0 }) { throw error }
    steps.withLock { $0.append((segments.reduce(0) { $0 + $1.tokens.count }, segments.count)) }
    var alive = segments.map { _ in true }
    for _ in 0..<3 {
      gate.pass()
      for (index, segment) in segments.enumerated() where segment.cancellation?.isCancelled == true
      { alive[index] = false }
      layers.add(1, ordering: .relaxed)
    }
    return try commit(segments, alive, logits)
  }

  private func commit(
    _ segments: [Segment], _ alive: [Bool], _ logits: LogitsBuffer
  ) throws(ModelError) -> [SegmentResult] {
    var rows: [[Float]] = []
    var results: [SegmentResult] = []
    for (segment, isAlive) in zip(segments, alive) {
      guard isAlive else {
        results.append(SegmentResult(committed: false, logitsRows: rows.count..<rows.count))
        continue
      }
      let first = rows.count
      let key = ObjectIdentifier(segment.state)
      var history = segment.state.position == 0 ? [] : histories[key] ?? []
      for (index, token) in segment.tokens.enumerated() {
        history.append(token)
        let isLast = index == segment.tokens.count - 1
        if segment.logits == .all || (segment.logits == .last && isLast) {
          rows.append(script(history))
        }
      }
      try segment.state.reserve(segment.tokens.count)
      segment.state.commit(segment.tokens.count)
      precondition(history.count == segment.state.position, "a state without its history")
      histories[key] = history
      results.append(SegmentResult(committed: true, logitsRows: first..<rows.count))
    }
    try logits.prepare(rows: rows.count)
    for (index, row) in rows.enumerated() {
      logits.withRow(index) { values in
        for column in row.indices { values[column] = row[column] }
      }
    }
    return results
  }
}

/// Holds computations back until a test lets them go.
final class Gate: Sendable {
  private struct State {
    var isClosed = false
    var waiting = 0
  }
  private let state = Mutex(State())
  private let signal = DispatchSemaphore(value: 0)

  func close() { state.withLock { $0.isClosed = true } }

  func open() {
    let waiting = state.withLock { state in
      defer { state.waiting = 0 }
      state.isClosed = false
      return state.waiting
    }
    for _ in 0..<waiting { signal.signal() }
  }

  /// Waits while the gate is closed.
  func pass() {
    let mustWait = state.withLock { state in
      if state.isClosed { state.waiting += 1 }
      return state.isClosed
    }
    if mustWait { signal.wait() }
  }

  /// Returns once a computation stands before the closed gate.
  func arrival() async {
    while state.withLock({ $0.waiting == 0 }) { try? await Task.sleep(for: .milliseconds(1)) }
  }
}
