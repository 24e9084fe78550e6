import LFMGeneration

/// The refusals of the schema compiler: every one names the place in the schema.
enum SchemaFailure {
  /// `invalidArgument`; `sentence` continues "the schema at /a/b: ".
  static func at(_ pointer: JSONPointer, _ sentence: String) -> GenerationFailure {
    let place = pointer.text.isEmpty ? "its root" : pointer.text
    return GenerationFailure(.invalidArgument, "the schema at \(place): \(sentence)")
  }

  /// What costs more than a request may.
  static func tooComplex(_ pointer: JSONPointer, _ what: String) -> GenerationFailure {
    at(pointer, "\(what); make the schema simpler")
  }

  /// What `body` makes, with a failure of it told as one of the place.
  static func of<Result>(
    _ pointer: @autoclosure () -> JSONPointer, _ body: () throws(RegularFailure) -> Result
  ) throws(GenerationFailure) -> Result {
    do { return try body() } catch { throw at(pointer(), error.description) }
  }
}
