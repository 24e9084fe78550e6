import Foundation
import LFMCheckpoint
import LFMModel
import Testing

/// Where fixtures and shared test data lie, and short ways to models, states and steps.
enum Place {
  static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let fixtures = package.appending(path: "Tests/LFMModelTests/Fixtures")
  static let shared = package.deletingLastPathComponent().appending(
    path: "shared/testdata/models/tiny-lfm2moe")
  static var hasShared: Bool { FileManager.default.fileExists(atPath: shared.path) }
}

/// Load a model. Two threads and few rows unless told otherwise.
func makeModel(
  _ url: URL, threads: Int = 2, rows: Int = 96, instructionSet: String = "exact"
) throws -> Model {
  try Model(
    Checkpoint(path: url.path),
    options: Model.Options(threads: threads, maximumRows: rows, instructionSet: instructionSet))
}

extension Model {
  /// Append tokens to one sequence and give back the logits of all of them.
  func logits(_ state: SequenceState, _ tokens: [Int32]) throws -> [[Float]] {
    let buffer = LogitsBuffer(vocabularyCount: hyperparameters.vocabularyCount)
    let results = try forward([Segment(state, tokens: tokens, logits: .all)], logits: buffer)
    return results[0].logitsRows.map { buffer.row($0) }
  }

  /// The same in chunks of the given lengths, the last one repeated until the tokens end.
  func logits(
    _ state: SequenceState, _ tokens: [Int32], chunks: [Int]
  ) throws -> [[Float]] {
    var rows: [[Float]] = []
    var rest = tokens[...]
    var index = 0
    while !rest.isEmpty {
      let count = min(rest.count, chunks[min(index, chunks.count - 1)])
      rows += try logits(state, Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
      index += 1
    }
    return rows
  }

  /// A sequence with a pool of its own, whose unused pages are NaN.
  func freshSequence(
    positions: Int = 512, element: KVLayout.Element = .float32
  ) throws -> SequenceState {
    makeSequence(
      in: try makePool(positions: positions, element: element, poisonsFreedPages: true))
  }
}

/// The largest difference, as a part of the largest reference value.
func relativeError(_ found: [[Float]], _ expected: [[Double]]) -> Double {
  guard found.count == expected.count else { return .infinity }
  let scale = expected.joined().reduce(0) { max($0, abs($1)) }
  var worst = 0.0
  for (row, truth) in zip(found, expected) {
    guard row.count == truth.count else { return .infinity }
    for (value, wanted) in zip(row, truth) {
      let error = abs(Double(value) - wanted)
      worst = max(worst, error.isNaN ? .infinity : error)
    }
  }
  return worst / scale
}

/// Bit-equal, and free of NaN.
func same(_ a: [[Float]], _ b: [[Float]]) -> Bool {
  a.count == b.count
    && zip(a, b).allSatisfy { x, y in
      x.count == y.count
        && zip(x, y).allSatisfy { $0.bitPattern == $1.bitPattern && !$0.isNaN }
    }
}
