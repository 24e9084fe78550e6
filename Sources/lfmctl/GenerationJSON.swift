// The words of an answer as JSON: the names that scripts rely on.

import LFMGeneration
import LFMLanguage

extension Array where Element == TokenID {
  var json: JSONValue { .array(map { .whole(Int($0)) }) }
}

extension TokenLogProbability {
  var json: JSONValue {
    JSONValue(members: [
      ("id", .whole(Int(chosen.token))),
      ("log_probability", .float(Double(chosen.logProbability))),
      (
        "top",
        .array(
          top.map {
            JSONValue(members: [
              ("id", .whole(Int($0.token))),
              ("log_probability", .float(Double($0.logProbability))),
            ])
          })
      ),
    ])
  }
}

extension TextDelta {
  var members: [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [("text", .string(text)), ("ids", tokens.json)]
    if !logProbabilities.isEmpty {
      members.append(("log_probabilities", .array(logProbabilities.map(\.json))))
    }
    return members
  }
}

extension GenerationSummary {
  var members: [(String, JSONValue)] {
    [
      ("finish_reason", .string(reason.rawValue)),
      // A text: JSON's numbers are doubles to most readers, and would lose the low bits.
      ("seed", .string(String(seed))),
      ("usage", usage.json),
    ]
  }
}

extension GenerationUsage {
  var json: JSONValue {
    JSONValue(members: [
      ("prompt_tokens", .whole(promptTokens)),
      ("cached_tokens", .whole(cachedTokens)),
      ("thinking_tokens", .whole(thinkingTokens)),
      ("answer_tokens", .whole(answerTokens)),
      ("queue_seconds", .float(queueTime.seconds)),
      ("prefill_seconds", .float(prefillTime.seconds)),
      ("decode_seconds", .float(decodeTime.seconds)),
    ])
  }

  /// One line for people.
  var sentence: String {
    let generated = thinkingTokens + answerTokens
    let computed = promptTokens - cachedTokens
    return "prompt \(promptTokens) tokens (\(cachedTokens) cached) in \(prefillTime.short)"
      + "\(Self.rate(computed, prefillTime)), \(thinkingTokens) thinking + \(answerTokens) answer tokens in "
      + "\(decodeTime.short)\(Self.rate(generated, decodeTime)), waited \(queueTime.short)"
  }

  private static func rate(_ tokens: Int, _ time: Duration) -> String {
    guard time > .zero, tokens > 0 else { return "" }
    let rate = Double(tokens) / time.seconds
    return " (\(rate.rounded(toPlaces: rate < 100 ? 1 : 0)) tokens/s)"
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }

  /// Three digits or so: `12 ms`, `1.25 s`.
  var short: String {
    seconds < 1
      ? "\((seconds * 1000).rounded(toPlaces: 1)) ms" : "\(seconds.rounded(toPlaces: 2)) s"
  }
}

extension Double {
  /// The number in decimal with at most so many digits after the point.
  func rounded(toPlaces places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let value = (self * scale).rounded() / scale
    return value == value.rounded() && Swift.abs(value) < 1e15 ? String(Int(value)) : String(value)
  }
}
