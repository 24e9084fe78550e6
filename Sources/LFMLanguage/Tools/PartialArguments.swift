import LFMGeneration

/// The arguments of a call that is being written, as far as they are whole.
///
/// Owns the JSON text of them that has been given out. Arguments are read one by one, strictly; from the first that cannot be read so,
/// nothing more is known before the call is whole.
struct PartialArguments {
  /// Where the argument that is being written begins in the block.
  private var start: Int
  /// What has been given out: the beginning of a JSON object.
  private var given: [UInt8] = []
  /// Whether nothing is to be read any more: something could not be, or the call has ended.
  private var isLost = false

  /// - Parameter start: where the first argument begins in the block, behind the call's bracket.
  init(start: Int) {
    self.start = start
  }

  /// The next piece of JSON text, if what stands in front of `end` is an argument.
  ///
  /// - Parameter end: where the comma or the bracket stands that ends it.
  mutating func read(_ block: [UInt8], upTo end: Int) -> String? {
    guard !isLost, start <= end else { return nil }
    let range = start..<end
    start = end + 1
    defer { if block[end] == UInt8(ascii: ")") { isLost = true } }
    if block[range].allSatisfy(CallValueParser.isSpace) { return nil }
    guard let members = CallParser.argument(block, range) else {
      isLost = true
      return nil
    }
    guard !members.isEmpty else { return nil }
    let object = JSONValue.object(members).serialized
    let piece = (given.isEmpty ? "{" : ", ") + object.dropFirst().dropLast()
    given += piece.utf8
    return piece
  }

  /// What is left of the arguments to be given out, or `nil` if they turned out to be others than those that were given out.
  func rest(of arguments: JSONText) -> String? {
    let whole = arguments.text.utf8
    guard whole.starts(with: given) else { return nil }
    return String(decoding: whole.dropFirst(given.count), as: UTF8.self)
  }
}
