/// One of the files that a checkpoint is spread over; nearly always there is one alone. Owns its mapping. How files
/// belong together is ``CheckpointSplit``'s.
package struct CheckpointPart: Sendable {
  let file: MappedFile
  /// Header, metadata and tensor table.
  let contents: GGUFReader

  /// - Throws: ``CheckpointError``, as a file by itself.
  init(path: String) throws(CheckpointError) {
    file = try MappedFile(path: path)
    contents = try GGUFReader(file)
  }

  package var path: String { file.path }
  /// Bytes.
  package var fileSize: Int { file.count }
  /// What tells this state of the file from a later one.
  package var identity: FileIdentity { file.identity }
  /// The bytes before the tensor data: header, metadata and tensor table.
  package var head: MappedBytes { MappedBytes(file: file, range: 0..<contents.table.dataStart) }
  /// Tensors of this part.
  package var tensorCount: Int { contents.table.tensors.count }

  /// Whether the data of its tensors are missing.
  var lacksData: Bool { tensorCount > 0 && !contents.table.hasData }

  func failure(
    _ code: CheckpointError.Code, _ subject: String, found: String, expected: String,
    advice: String = ""
  ) -> CheckpointError {
    CheckpointError(
      code, path: path, subject: subject, found: found, expected: expected, advice: advice)
  }
}
