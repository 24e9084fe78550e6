// How keys and values are stored, as people say it in flags and settings.

import ArgumentParser
import LFMModel

enum KeyValueType: String, ExpressibleByArgument, CaseIterable, Sendable {
  case f16
  case f32
  /// Integers of 13 bits, and a scale for each position of each head.
  case i16
  /// 8 bits, and a scale for each position of each head.
  case q8

  var element: KVLayout.Element {
    switch self {
    case .f16: .float16
    case .f32: .float32
    case .i16: .int16
    case .q8: .bytes
    }
  }

  init(_ element: KVLayout.Element) {
    self =
      switch element {
      case .float16: .f16
      case .float32: .f32
      case .int16: .i16
      case .bytes: .q8
      }
  }
}
