// Where log lines go: the journal with fields under systemd, plain text on standard error elsewhere.
// What is logged is decided where it happens; prompt and answer text never is.

import Foundation
import Glibc
import Logging
import Synchronization

/// Structured entries for the journal: metadata become fields `LFMD_KEY`.
struct JournalLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level {
    get { LogThreshold.level }
    set { LogThreshold.level = newValue }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var fields: [(name: String, value: String)] = [
      ("MESSAGE", event.message.description),
      ("PRIORITY", String(event.level.syslogPriority)),
      ("SYSLOG_IDENTIFIER", "lfmd"),
    ]
    for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
      fields.append((Self.fieldName(key), value.description))
    }
    Systemd.writeJournal(fields)
  }

  /// The journal takes upper-case letters, digits and underscores, at most 64 of them.
  static func fieldName(_ key: String) -> String {
    let letters = key.uppercased().unicodeScalars.map { scalar -> Character in
      ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : "_"
    }
    return String(("LFMD_" + String(letters)).prefix(64))
  }
}

/// One line an entry on standard error, with metadata as `key=value`.
struct PlainLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level {
    get { LogThreshold.level }
    set { LogThreshold.level = newValue }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var line = "\(Date.now.formatted(.iso8601)) \(event.level): \(event.message)"
    let all = metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 })
    for (key, value) in all.sorted(by: { $0.key < $1.key }) {
      line += " \(key)=\(Self.quoted(value.description))"
    }
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  /// A value with spaces or control characters is quoted, so that one entry stays one line.
  static func quoted(_ value: String) -> String {
    let isPlain = value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0 != "=" }
    return isPlain && !value.isEmpty ? value : value.debugDescription
  }
}

/// One threshold for the whole process: every logger follows it at once, whenever it changes.
enum LogThreshold {
  private static let current = Mutex(Logger.Level.info)

  static var level: Logger.Level {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }
}

extension Logger.Level {
  /// syslog(3)'s number.
  var syslogPriority: Int {
    switch self {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}

/// Chooses the handler for the whole process.
func bootstrapLogging(level: Logger.Level) {
  LogThreshold.level = level
  let toJournal = Systemd.standardErrorIsJournal
  LoggingSystem.bootstrap { _ in
    toJournal ? JournalLogHandler() as any LogHandler : PlainLogHandler()
  }
}
