// How keys and values are stored, as people say it in flags and settings.

import ArgumentParser
import LFMModel

enum KeyValueType: String, ExpressibleByArgument, CaseIterable, Sendable {
  case f16
  case f32
  /// 8 bits, and a scale for each position of each head.
  case q8

  var element: KVLayout.Element {
    switch self {
    case .f16: .float16
    case .f32: .float32
    case .q8: .bytes
    }
  }
}
