// `lfmd --check-config`: what is in force, and whether the model could be served, without serving it.

import ArgumentParser
import LFMModel

/// Checks the configuration against the machine and the model file.
enum ConfigurationCheck {
  /// Prints the settings in force as a configuration file would have them.
  ///
  /// - Throws: `ExitCode` after saying on standard error what would keep the daemon from serving.
  static func run(_ configuration: Configuration) throws {
    print(configuration.fileText, terminator: "")
    do throws(ModelLoading.Failure) {
      try ModelLoading.check(configuration)
    } catch {
      Exit.say(error.sentence)
      throw ExitCode(error.exitCode)
    }
  }
}
