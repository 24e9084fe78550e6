/// A moment of a daemon's life, for `lfmctl status`.
public struct ServiceStatus: Hashable, Sendable {
  /// The daemon's version.
  public var version: String
  /// Since it began to serve.
  public var uptime: Duration
  /// The address it listens on.
  public var socket: String
  /// Whether it finishes what it has and takes no new calls.
  public var isDraining: Bool
  public var activity: GeneratorActivity
  /// Open connections, the asking one included.
  public var connections: Int
  /// Calls in flight on all connections, the asking one included.
  public var calls: Int
  /// Nil while the model is loading, and from daemons that do not say.
  public var weights: WeightsDescription?

  public init(
    version: String, uptime: Duration, socket: String, isDraining: Bool,
    activity: GeneratorActivity, connections: Int, calls: Int,
    weights: WeightsDescription? = nil
  ) {
    self.version = version
    self.uptime = uptime
    self.socket = socket
    self.isDraining = isDraining
    self.activity = activity
    self.connections = connections
    self.calls = calls
    self.weights = weights
  }
}

/// How a model's weights lie in memory.
public struct WeightsDescription: Hashable, Sendable {
  /// The prepared file that is mapped, or `nil` if there is none.
  public var preparedPath: String?
  /// How they are laid out, for people.
  public var layout: String
  /// What pages the mapping has (`huge`, `4 KiB`, a share), for people. Empty where that is not known.
  public var pages: String
  /// Why there is no prepared file; empty where there is one.
  public var note: String

  public init(preparedPath: String?, layout: String, pages: String, note: String) {
    self.preparedPath = preparedPath
    self.layout = layout
    self.pages = pages
    self.note = note
  }
}

/// What `grpc.health.v1` says of a service. A value that this version does not know is kept.
public struct HealthStatus: RawRepresentable, Hashable, Sendable {
  public var rawValue: Int32

  public init(rawValue: Int32) { self.rawValue = rawValue }

  public static let unknown = HealthStatus(rawValue: 0)
  public static let serving = HealthStatus(rawValue: 1)
  public static let notServing = HealthStatus(rawValue: 2)
  /// Only from `Watch`; `Check` answers NOT_FOUND.
  public static let serviceUnknown = HealthStatus(rawValue: 3)
}

extension HealthStatus: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknown: "UNKNOWN"
    case .serving: "SERVING"
    case .notServing: "NOT_SERVING"
    case .serviceUnknown: "SERVICE_UNKNOWN"
    default: "HEALTH_\(rawValue)"
    }
  }
}
