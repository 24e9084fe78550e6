// `lfmd --check-config`: what is in force, and whether the model could be served, without serving it.

import ArgumentParser
import Glibc
import LFMSocket

/// Checks the configuration against the machine and the model file.
enum ConfigurationCheck {
  /// Prints the settings in force as a configuration file would have them; notes go to standard error.
  ///
  /// - Throws: `ExitCode` after saying on standard error what would keep the daemon from serving.
  static func run(_ configuration: Configuration) throws {
    print(configuration.fileText, terminator: "")
    do throws(StartFailure) {
      try checkSocket(configuration.socket)
      let context = try ModelLoading.check(configuration)
      if context < configuration.context {
        Exit.say("note: \(configuration.contextNote(ofModel: context))")
      }
    } catch {
      Exit.say(error.sentence)
      throw ExitCode(error.exitCode)
    }
  }

  /// A path that can be no socket's is an error. A folder that is missing or closed to us is a note: systemd may hand
  /// the socket over, and who checks may be another user than who serves.
  private static func checkSocket(_ path: String) throws(StartFailure) {
    do {
      _ = try SocketAddress(path: path)
    } catch {
      throw StartFailure(Exit.cannotCreate, error.message)
    }
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : path[..<$0] } ?? "."
    if unsafe access(String(folder), W_OK | X_OK) != 0 {
      Exit.say(
        "note: lfmd could not make its socket in \(folder) as this user: "
          + "\(SocketError.text(of: errno)); under socket activation it need not")
    }
  }
}

extension Configuration {
  /// Said where the model has fewer positions than `context` allows.
  func contextNote(ofModel context: Int) -> String {
    "context is \(self.context), but the model has \(context) positions: sequences may have \(context)"
  }
}
