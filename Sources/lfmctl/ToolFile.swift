// A file of tool declarations, for `parse` and `generate`.

import LFMGeneration
import LFMLanguage

/// A JSON list of declarations, or one of them.
struct ToolFile {
  let declarations: [ToolDeclaration]
  /// Each as the model is to read it.
  let texts: [JSONText]

  init(_ path: String) throws {
    do {
      let document = try Self.document(path)
      declarations = try ToolDeclaration.read(document)
      texts = Self.items(of: document).map { JSONText($0.serialized) }
    } catch let failure as GenerationFailure {
      throw Failure(.badInput, "\(path): \(failure.message)")
    }
  }

  private static func document(_ path: String) throws -> JSONValue {
    let bytes = try Input.read(path)
    do { return try JSONParser.parse(bytes: bytes) } catch { throw error.failure(in: "the file") }
  }

  /// The declarations in a document: those of a list, of the member `tools`, or the document itself.
  static func items(of document: JSONValue) -> [JSONValue] {
    switch document {
    case .array(let items): return items
    case .object(let object):
      if case .array(let items)? = object["tools"] { return items }
      return [document]
    default: return []
    }
  }
}
