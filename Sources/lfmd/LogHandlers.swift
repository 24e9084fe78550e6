// What log entries look like: with fields for the journal under systemd, plain text on standard error elsewhere.
// What is logged is decided where it happens; prompt and answer text never is.

import Foundation
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
    var fields = Self.fields(event.level, event.message.description)
    let all = metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 })
    for (key, value) in all.sorted(by: { $0.key < $1.key }) {
      fields.append((Self.fieldName(key), value.description))
    }
    let plain = PlainLogHandler.line(event.level, event.message.description, all)
    LogOutput.submit(
      noteDropped: { _ = Systemd.writeJournal(Self.fields(.warning, droppedSentence($0))) },
      write: { [fields] in
        // Standard error reaches the journal too, by another way and without fields.
        if !Systemd.writeJournal(fields) { LogOutput.writeStandardError(plain) }
      })
  }

  private static func fields(
    _ level: Logger.Level, _ message: String
  ) -> [(name: String, value: String)] {
    [
      ("MESSAGE", message), ("PRIORITY", String(level.syslogPriority)),
      ("SYSLOG_IDENTIFIER", "lfmd"),
    ]
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
    let all = metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 })
    let line = Self.line(event.level, event.message.description, all)
    LogOutput.submit(
      noteDropped: { LogOutput.writeStandardError(Self.line(.warning, droppedSentence($0), [:])) },
      write: { LogOutput.writeStandardError(line) })
  }

  /// One entry is one line, whatever is in it.
  static func line(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String
  {
    var line = "\(Date.now.formatted(.iso8601)) \(level): \(LogText.oneLine(message))"
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      line += " \(key)=\(LogText.value(value.description))"
    }
    return line + "\n"
  }
}

private func droppedSentence(_ count: Int) -> String {
  "\(count) log entries were lost: whoever reads the log did not keep up"
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
