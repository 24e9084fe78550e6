// Faults that are injected on purpose: for the tests of the daemon's life, and for nothing else.

import Glibc
import LFMEngine
import LFMModel
import Synchronization

/// What `LFMD_FAULT` in the environment asks for. Not documented for users; without the variable, nothing is in the way.
enum Faults {
  /// `hang-step`: the first step after the daemon is ready never ends.
  static let hangsStep =
    unsafe getenv("LFMD_FAULT").map { unsafe String(cString: $0) } == "hang-step"

  /// The model, or one that has the fault that is asked for.
  static func stepModel(_ model: Model) -> any StepModel {
    hangsStep ? HangingModel(model) : model
  }

  fileprivate static let armed = Atomic<Bool>(false)

  /// The self-test is over.
  static func arm() { armed.store(true, ordering: .relaxed) }
}

/// Computes like the model until the fault is armed; then no step ends.
private final class HangingModel: StepModel {
  private let model: Model

  init(_ model: Model) { self.model = model }

  var vocabularyCount: Int { model.vocabularyCount }
  var contextLength: Int { model.contextLength }
  var maximumRows: Int { model.maximumRows }
  var layersFinished: UInt64 { model.layersFinished }
  var isExact: Bool { model.isExact }
  var element: KVLayout.Element { model.element }

  func makePool(
    positions: Int, element: KVLayout.Element, poisonsFreedPages: Bool
  ) throws(ModelError) -> KVPool {
    try model.makePool(
      positions: positions, element: element, poisonsFreedPages: poisonsFreedPages)
  }

  func makeSequence(in pool: KVPool) -> SequenceState { model.makeSequence(in: pool) }

  func forward(
    _ segments: [Segment], logits: LogitsBuffer, exact: Bool
  ) throws(ModelError) -> [SegmentResult] {
    while Faults.armed.load(ordering: .relaxed) { sleep(60) }
    return try model.forward(segments, logits: logits, exact: exact)
  }
}
