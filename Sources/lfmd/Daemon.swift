// provisional
enum Daemon {
  static func run(_ configuration: Configuration, connection: Int32?) throws {}
}
enum ConfigurationCheck {
  static func run(_ configuration: Configuration) throws {}
}
