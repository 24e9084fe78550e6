/// A piece of generated text that is certain, and which part of the turn it belongs to. Never empty.
package enum GeneratedDelta: Hashable, Sendable {
  /// What the model thinks, exactly as written between the tags.
  case thinking(String)
  case answer(String)
}

/// Reads what a model writes: stops at stop strings, splits thinking from the answer.
///
/// Owns the order of the two. What comes in is the text of the tokens, special ones included (an incremental decoder that skips
/// none), without the tokens that end the turn. A tag is the same whether it came as one special token or spelled in
/// several plain ones, so nothing here asks for kinds of tokens.
///
/// Stop strings are looked for in everything that is generated, tags, special tokens and thinking too, as Hugging Face's
/// `stop_strings` and llama.cpp's `stop` do: the stop string `</think>` ends after the thinking.
package struct GeneratedTextReader: Sendable {
  private var matcher: StopStringMatcher
  private var splitter: ThinkingSplitter

  package init(stops: [String] = [], start: ThinkingSplitter.Start = .turn) {
    matcher = StopStringMatcher(stops)
    splitter = ThinkingSplitter(start: start)
  }

  /// The stop string that came, as an index into `stops`. Nothing is read after it.
  package var matchedStop: Int? { matcher.match }

  /// Whether what comes next, as far as is known, is thinking. Tags belong to the thinking: a token counts as thinking if this
  /// is true before or after it.
  package var isThinking: Bool { splitter.isThinking }

  /// What comes next is the answer, whatever its letters.
  package mutating func beginAnswer() { splitter.beginAnswer() }

  /// What is certain once `text`, whole characters, has come.
  package mutating func consume(_ text: String) -> [GeneratedDelta] {
    guard matcher.match == nil else { return [] }
    let deltas = splitter.consume(matcher.consume(text))
    return matcher.match == nil ? deltas : deltas + splitter.finish()
  }

  /// What was held back, when no text follows. Calling it again gives nothing.
  package mutating func finish() -> [GeneratedDelta] {
    splitter.consume(matcher.finish()) + splitter.finish()
  }
}
