import LFMGeneration

// How the wire's numbers stand for ours, both ways. Nothing here traps, whatever comes.

extension MessageReader {
  /// A count or size.
  ///
  /// - Throws: if it is beyond `Int.max`.
  func count(_ name: StaticString) throws(WireError) -> Int {
    let found = uint64(name)
    guard let count = Int(exactly: found) else {
      throw .invalid("\(label(name)) is \(found); allowed: 0 to \(Int.max)")
    }
    return count
  }

  /// A number whose range is checked by whoever uses it.
  func int(_ name: StaticString) -> Int { Int(int64(name)) }

  /// A length of time, in nanoseconds on the wire.
  ///
  /// - Throws: if it is negative.
  func duration(_ name: StaticString) throws(WireError) -> Duration {
    let found = int64(name)
    guard found >= 0 else {
      throw .invalid("\(label(name)) is \(found); allowed: 0 to \(Int64.max)")
    }
    return .nanoseconds(found)
  }

  /// A token id.
  ///
  /// - Throws: if it is negative.
  func token(_ name: StaticString) throws(WireError) -> TokenID {
    let found = int32(name)
    guard found >= 0 else {
      throw .invalid("\(label(name)) is \(found); allowed: 0 to \(TokenID.max)")
    }
    return found
  }

  /// Token ids.
  ///
  /// - Throws: if one is negative.
  func tokens(_ name: StaticString) throws(WireError) -> [TokenID] {
    let found = int32s(name)
    guard let index = found.firstIndex(where: { $0 < 0 }) else { return found }
    throw .invalid(
      "\(label(name))[\(index)] is \(found[index]); allowed: 0 to \(TokenID.max)")
  }
}

extension MessageWriter {
  /// A count; a negative one is sent as 0.
  func set(_ name: StaticString, count: Int) { set(name, UInt64(clamping: count)) }

  /// A small count; a negative one is sent as 0.
  func set(_ name: StaticString, count32: Int) { set(name, UInt32(clamping: count32)) }

  /// A length of time, in nanoseconds on the wire; one beyond 292 years is sent as that.
  func set(_ name: StaticString, _ duration: Duration) { set(name, duration.wireNanoseconds) }
}

extension Duration {
  /// Whole nanoseconds, at most what 64 bits hold.
  var wireNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflowToo) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    if overflow || overflowToo { return seconds < 0 ? .min : .max }
    return sum
  }
}

extension String {
  /// As much of it as a message that must fit into one frame has room for, in whole characters of UTF-8.
  var boundedSentence: String {
    let limit = 4096
    guard utf8.count > limit else { return self }
    var bytes = Array(utf8.prefix(limit))
    // A byte 10xxxxxx continues a character: the one that was cut goes.
    if let next = utf8.dropFirst(limit).first, next & 0xC0 == 0x80 {
      while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Rows of numbers as they travel: Float32, little-endian. On a little-endian machine both ways are one copy.
enum FloatBytes {
  static func encode(_ values: [Float]) -> [UInt8] {
    unsafe littleEndian(values).withUnsafeBytes { unsafe Array($0) }
  }

  /// `nil` if the bytes are not a whole number of values.
  static func decode(_ bytes: [UInt8]) -> [Float]? {
    let size = MemoryLayout<Float>.size
    guard bytes.count % size == 0 else { return nil }
    let values = unsafe [Float](unsafeUninitializedCapacity: bytes.count / size) { buffer, count in
      unsafe UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes)
      count = bytes.count / size
    }
    return littleEndian(values)
  }

  /// The values with their bytes swapped where the machine's order is the other one.
  private static func littleEndian(_ values: [Float]) -> [Float] {
    #if _endian(little)
      values
    #else
      values.map { Float(bitPattern: $0.bitPattern.byteSwapped) }
    #endif
  }
}
