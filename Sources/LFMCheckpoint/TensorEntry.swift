/// One line of a checkpoint's tensor table, checked: the name, how the elements are stored, the shape, and where the
/// bytes lie. Holds no data.
package struct TensorEntry: Hashable, Sendable {
  package let name: String
  package let type: TensorType
  /// Elements along each dimension, fastest first, as GGUF orders them: a matrix of `rows` × `columns` is
  /// `[columns, rows]`. Empty for a scalar; a dimension may be 0.
  package let shape: [Int]
  /// Elements in all.
  package let elementCount: Int
  /// Which of the checkpoint's files holds the data, from 0.
  package internal(set) var part = 0
  /// Where the data lie, in bytes from the start of that file.
  package let byteRange: Range<Int>

  init(
    name: String, type: TensorType, shape: [Int], elementCount: Int, byteRange: Range<Int>
  ) {
    self.name = name
    self.type = type
    self.shape = shape
    self.elementCount = elementCount
    self.byteRange = byteRange
  }

  /// Elements in a row, the fastest dimension.
  package var rowLength: Int { shape.first ?? 1 }
  /// Rows in all, over all slower dimensions.
  package var rowCount: Int { rowLength == 0 ? 0 : elementCount / rowLength }
  /// Bytes of one row; rows follow each other without gaps.
  package var bytesPerRow: Int { rowLength / type.blockSize * type.bytesPerBlock }

  /// The shape as people read it: `2048 x 128000`.
  package var shapeDescription: String {
    shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: " x ")
  }
}
