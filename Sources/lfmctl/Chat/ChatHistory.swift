// What was typed before, to be had again with the arrow keys: in memory, and in a file of the user's own.

import Foundation
import Glibc
import LFMLanguage

/// The last messages, the newest last.
final class ChatHistory {
  /// How many are kept, and how long one may be to be kept in the file.
  static let limit = 1000
  private static let lengthLimit = 10_000

  private(set) var messages: [String] = []
  private var file: String?

  /// - Parameter file: nil keeps nothing. What cannot be read or written is done without.
  init(file: String?) {
    self.file = file
    guard let file, let text = try? String(contentsOfFile: file, encoding: .utf8) else { return }
    messages = text.split(separator: "\n").suffix(Self.limit).compactMap { line in
      guard case .string(let message)? = try? JSONParser.parse(String(line)) else { return nil }
      return message
    }
  }

  /// `$XDG_STATE_HOME/lfmctl/history`, by default under `~/.local/state`; nil without a home.
  static var path: String? {
    let environment = ProcessInfo.processInfo.environment
    var folder = environment["XDG_STATE_HOME"] ?? ""
    if !folder.hasPrefix("/") {
      guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
      folder = home + "/.local/state"
    }
    return folder + "/lfmctl/history"
  }

  /// A message that begins with a space is not kept, nor one that is the last again.
  func add(_ message: String) {
    guard !message.allSatisfy(\.isWhitespace), message.first != " ", message != messages.last
    else { return }
    messages.append(message)
    if messages.count > Self.limit { messages.removeFirst(messages.count - Self.limit) }
    append(message)
  }

  /// Readable by nobody else.
  private func append(_ message: String) {
    guard let file, message.utf8.count <= Self.lengthLimit else { return }
    let folder = (file as NSString).deletingLastPathComponent
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let descriptor = unsafe open(
      file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var status = stat()
    let isLong = unsafe fstat(descriptor, &status) == 0 && status.st_size > 4 << 20
    // Grown over the years: begun again with what is kept.
    if isLong { _ = ftruncate(descriptor, 0) }
    let kept = isLong ? messages : [message]
    let lines = kept.map { JSONValue.string($0).serialized + "\n" }.joined()
    try? writeAll(Array(lines.utf8), to: descriptor)
  }
}
