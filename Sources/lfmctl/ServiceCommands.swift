// `lfmctl status` and `lfmctl health`: how the daemon is, for people and for programs.

import ArgumentParser
import LFMClient
import LFMGeneration
import LFMLanguage

struct HealthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health",
    abstract: "Say whether the daemon serves.",
    discussion: "Exit code 0 if it serves, 69 if it does not or there is none.")

  @OptionGroup var connection: ConnectionOptions

  @Flag(help: "Print {\"status\":\"SERVING\"}.")
  var json = false

  func run() async throws {
    try await reportingFailures(within: connection.timeout) {
      let health = try await connection.withClient {
        try await $0.health(timeout: connection.limit ?? .seconds(10))
      }
      try StandardOutput.write(json ? "{\"status\":\"\(health)\"}\n" : "\(health)\n")
      if health != .serving { throw ExitCode(ExitStatus.unavailable.rawValue) }
    }
  }
}

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Say what the daemon serves and what it does now.")

  @OptionGroup var connection: ConnectionOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() async throws {
    try await reportingFailures(within: connection.timeout) {
      let limit = connection.limit ?? .seconds(10)
      let (status, model) = try await connection.withClient { client in
        (try await client.status(timeout: limit), try? await client.modelInfo(timeout: limit))
      }
      let report = StatusReport(status: status, model: model)
      try StandardOutput.write(json ? report.json.serialized + "\n" : report.text)
    }
  }
}

/// The daemon's state in the two forms.
struct StatusReport {
  var status: ServiceStatus
  /// `nil` while the model is loading.
  var model: ModelDescription?

  var json: JSONValue {
    JSONValue(members: [
      ("version", .string(status.version)),
      ("state", .string(state)),
      ("uptime_seconds", .number(status.uptime.seconds)),
      ("connections", .whole(status.connections)),
      ("calls", .whole(status.calls)),
      ("activity", activity),
      ("model", model.map(\.json) ?? .null),
      ("weights", status.weights.map(\.json) ?? .null),
    ])
  }

  var text: String {
    let activity = status.activity
    var lines = [
      "lfmd \(status.version), \(state), up \(Self.uptime(status.uptime))",
      "connections  \(status.connections), calls \(status.calls)",
      "generations  \(activity.running) running, \(activity.waiting) waiting, \(activity.finished) finished, \(activity.failed) failed",
      "tokens       \(activity.promptTokens) read, \(activity.generatedTokens) generated",
      "KV pages     \(activity.pagesInUse) of \(activity.pageCapacity) in use",
    ]
    if let model {
      lines.append(
        "model        \(model.name) (\(model.architecture), \(model.quantization), \(model.parameterCount) parameters)"
      )
      lines.append(
        "context      \(model.contextLength) tokens, vocabulary \(model.vocabularySize), template \(model.chatTemplate ?? "unknown")"
      )
    }
    if let weights = status.weights { lines.append("weights      \(weights.text)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private var state: String {
    status.isDraining ? "draining" : model == nil ? "loading" : "serving"
  }

  private var activity: JSONValue {
    let activity = status.activity
    return JSONValue(members: [
      ("running", .whole(activity.running)),
      ("waiting", .whole(activity.waiting)),
      ("finished", .whole(activity.finished)),
      ("failed", .whole(activity.failed)),
      ("prompt_tokens", .whole(activity.promptTokens)),
      ("generated_tokens", .whole(activity.generatedTokens)),
      ("pages_in_use", .whole(activity.pagesInUse)),
      ("page_capacity", .whole(activity.pageCapacity)),
    ])
  }

  private static func uptime(_ time: Duration) -> String {
    let seconds = Int(time.components.seconds)
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60)
    if days > 0 { return "\(days) d \(hours) h" }
    return hours > 0 ? "\(hours) h \(minutes) min" : minutes > 0 ? "\(minutes) min" : "\(seconds) s"
  }
}

extension ModelDescription {
  var json: JSONValue {
    JSONValue(members: [
      ("name", .string(name)),
      ("architecture", .string(architecture)),
      ("parameters", .whole(parameterCount)),
      ("file_bytes", .whole(fileSize)),
      ("quantization", .string(quantization)),
      ("vocabulary", .whole(vocabularySize)),
      ("context", .whole(contextLength)),
      ("chat_template", chatTemplate.map(JSONValue.string) ?? .null),
      ("allows_logits", .bool(allowsLogits)),
    ])
  }
}

extension WeightsDescription {
  /// One line.
  var text: String {
    var parts = [preparedPath ?? "", layout]
    if !pages.isEmpty { parts.append("pages: \(pages)") }
    return (parts + [note]).filter { !$0.isEmpty }.joined(separator: ", ")
  }

  var json: JSONValue {
    JSONValue(members: [
      ("prepared", preparedPath.map(JSONValue.string) ?? .null),
      ("layout", .string(layout)),
      ("pages", pages.isEmpty ? .null : .string(pages)),
      ("note", note.isEmpty ? .null : .string(note)),
    ])
  }
}
