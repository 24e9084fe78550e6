import LFMGeneration

// Reasons travel as numbers of an enum and are words here; numbers that no version here knows are kept as words, too.

extension FinishReason {
  /// In the order of their numbers in the enum `FinishReason`, from 1 on.
  private static let numbered: [FinishReason] = [
    .stop, .stopString, .length, .lengthInThinking, .contextFull, .toolCalls, .repetition,
  ]

  /// 0, unspecified, for a name that no version gave.
  var wireNumber: Int32 {
    if let index = Self.numbered.firstIndex(of: self) { return Int32(index + 1) }
    return UnknownNumber.of(rawValue) ?? 0
  }

  init(wireNumber: Int32) {
    let known = Self.numbered.indices.contains(Int(wireNumber) - 1)
    self =
      known
      ? Self.numbered[Int(wireNumber) - 1] : FinishReason(rawValue: UnknownNumber.name(wireNumber))
  }
}

extension ThinkingEnd {
  /// In the order of their numbers in the enum `ThinkingEnd`, from 0 on.
  private static let numbered: [ThinkingEnd] = [.none, .model, .budget, .asked]

  /// 0, none, for a name that no version gave.
  var wireNumber: Int32 {
    if let index = Self.numbered.firstIndex(of: self) { return Int32(index) }
    return UnknownNumber.of(rawValue) ?? 0
  }

  init(wireNumber: Int32) {
    let known = Self.numbered.indices.contains(Int(wireNumber))
    self =
      known ? Self.numbered[Int(wireNumber)] : ThinkingEnd(rawValue: UnknownNumber.name(wireNumber))
  }
}

/// The word for a number without a name here.
private enum UnknownNumber {
  private static let prefix = "reason_"

  static func name(_ number: Int32) -> String { "\(prefix)\(number)" }

  static func of(_ name: String) -> Int32? {
    name.hasPrefix(prefix) ? Int32(name.dropFirst(prefix.count)) : nil
  }
}
