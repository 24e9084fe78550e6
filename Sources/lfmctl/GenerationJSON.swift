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
      ("log_probability", .number(Double(chosen.logProbability))),
      (
        "top",
        .array(
          top.map {
            JSONValue(members: [
              ("id", .whole(Int($0.token))),
              ("log_probability", .number(Double($0.logProbability))),
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
    if let problem { members.append(("problem", .string(problem))) }
    return members
  }
}

extension GeneratedToolCall {
  var members: [(String, JSONValue)] {
    // The daemon writes only valid JSON; a newer one's that does not parse here is shown as it is.
    let value = (try? JSONParser.parse(arguments.text)) ?? .string(arguments.text)
    var members: [(String, JSONValue)] = [
      ("id", .string(id)), ("name", .string(name)), ("arguments", value),
    ]
    if !problems.isEmpty {
      members.append(("problems", .array(problems.map { JSONValue.string($0) })))
    }
    return members
  }

  var json: JSONValue { JSONValue(members: members) }
}

extension GenerationSummary {
  var members: [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("finish_reason", .string(reason.rawValue)),
      // A text: JSON's numbers are doubles to most readers, and would lose the low bits.
      ("seed", .string(String(seed))),
      ("thinking_end", .string(thinkingEnd.rawValue)),
      ("usage", usage.json),
    ]
    if let continuedTokens { members.append(("continued_tokens", .whole(continuedTokens))) }
    return members
  }
}

extension Failure {
  var members: [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("code", .string(code.name)), ("message", .string(description)),
      ("retryable", .bool(isRetryable)),
    ]
    if let retryAfter { members.append(("retry_after_seconds", .number(retryAfter.seconds))) }
    return members + [("exit_code", .whole(status.rawValue))]
  }
}

extension GenerationUsage {
  var json: JSONValue {
    JSONValue(members: [
      ("prompt_tokens", .whole(promptTokens)),
      ("cached_tokens", .whole(cachedTokens)),
      ("thinking_tokens", .whole(thinkingTokens)),
      ("answer_tokens", .whole(answerTokens)),
      ("forced_tokens", .whole(forcedTokens)),
      ("queue_seconds", .number(queueTime.toMicroseconds)),
      ("prefill_seconds", .number(prefillTime.toMicroseconds)),
      ("decode_seconds", .number(decodeTime.toMicroseconds)),
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
