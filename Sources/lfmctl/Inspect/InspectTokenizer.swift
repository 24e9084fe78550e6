// What `lfmctl inspect` says of a file's tokenizer.

import LFMCheckpoint
import LFMLanguage
import LFMTokenizer

struct InspectTokenizer {
  struct SpecialToken: Hashable {
    let id: Int
    let text: String
  }

  let model: String
  let preTokenizer: String
  let tokens: Int
  let merges: Int
  /// How many tokens there are of each kind, in GGUF's order of kinds; kinds without any left out.
  let kinds: [(name: String, count: Int)]
  /// Control tokens and markup, in the order of their ids.
  let special: [SpecialToken]
  let beginning: SpecialToken?
  let end: SpecialToken?
  let padding: SpecialToken?
  let addsBeginning: Bool
  let endOfGeneration: [SpecialToken]

  init(_ tokenizer: Tokenizer, _ metadata: Metadata) {
    let vocabulary = tokenizer.vocabulary
    func token(_ id: LFMTokenizer.TokenID) -> SpecialToken {
      // An unknown token stands for no bytes, but is one.
      SpecialToken(
        id: Int(id), text: String(decoding: vocabulary.bytes(of: id), as: UTF8.self))
    }
    model = (try? metadata.string("tokenizer.ggml.model")) ?? ""
    preTokenizer = (try? metadata.string("tokenizer.ggml.pre")) ?? ""
    tokens = vocabulary.count
    merges = (try? metadata.strings("tokenizer.ggml.merges").count) ?? 0
    var counts: [TokenKind: Int] = [:]
    var special: [SpecialToken] = []
    for id in 0..<LFMTokenizer.TokenID(truncatingIfNeeded: vocabulary.count) {
      counts[vocabulary.kind(of: id), default: 0] += 1
      if vocabulary.isSpecial(id) { special.append(token(id)) }
    }
    self.special = special
    let names: [(TokenKind, String)] = [
      (.normal, "normal"), (.unknown, "unknown"), (.control, "control"),
      (.userDefined, "user_defined"), (.unused, "unused"),
    ]
    kinds = names.compactMap { kind, name in counts[kind].map { (name, $0) } }
    beginning = vocabulary.beginningOfText.map(token)
    end = vocabulary.endOfText.map(token)
    padding = vocabulary.padding.map(token)
    addsBeginning = vocabulary.addsBeginningOfText
    endOfGeneration = vocabulary.endOfGeneration.map(token)
  }

  var json: JSONValue {
    JSONValue(members: [
      ("model", .string(model)), ("pre", .string(preTokenizer)), ("tokens", .whole(tokens)),
      ("merges", .whole(merges)),
      ("kinds", JSONValue(members: kinds.map { ($0.name, .whole($0.count)) })),
      ("bos", Self.id(beginning)), ("eos", Self.id(end)), ("padding", Self.id(padding)),
      ("adds_bos", .bool(addsBeginning)),
      ("end_of_generation", .array(endOfGeneration.map { .whole($0.id) })),
      ("special", JSONValue(members: special.map { ($0.text, .whole($0.id)) })),
    ])
  }

  private static func id(_ token: SpecialToken?) -> JSONValue {
    token.map { .whole($0.id) } ?? .null
  }
}
