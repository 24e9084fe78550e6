// `lfmctl manual PAGE`, for `make manuals`: a manual page from the programs' own definitions, on standard output. What is
// not defined anywhere else (files, signals) is written here.

import ArgumentParser
import Foundation

struct ManualCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Write a manual page.", shouldDisplay: false)

  @Argument(help: "lfmctl.1, lfmd.8 or lfmd.conf.5.")
  var page: String

  func run() async throws {
    try await reportingFailures {
      switch page {
      case "lfmctl.1": try StandardOutput.write(try Manual.lfmctl())
      case "lfmd.8": try StandardOutput.write(try Manual.lfmd())
      case "lfmd.conf.5": try StandardOutput.write(try Manual.configuration())
      default:
        throw Failure(.usage, "there is no page \(page); there are lfmctl.1, lfmd.8, lfmd.conf.5")
      }
    }
  }
}

/// The three pages.
enum Manual {
  /// When what stands in this file was last looked through.
  private static let date = "November 28, 2026"

  // MARK: - lfmctl(1)

  static func lfmctl() throws -> String {
    let command = try ownDescription()
    var page = ManualText("lfmctl", section: 1, date: date)
    page.name("lfmctl", command.abstract ?? "")
    page.section("SYNOPSIS")
    page.macro(".Nm")
    page.macro(".Ar command")
    page.macro(".Op Ar arguments")
    page.section("DESCRIPTION")
    page.prose(command.explanation)
    page.section("COMMANDS")
    let shown = (command.subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }
    for subcommand in shown {
      let name = subcommand.commandName
      let isOffline = Offline.commands.contains(name)
      write(try isOffline ? description(of: [name]) : subcommand, named: name, to: &page)
    }
    page.section("ENVIRONMENT")
    page.list([
      ("Ev LFMD_SOCKET", "The daemon's socket, where no --socket is given."),
      ("Ev XDG_RUNTIME_DIR", "A user's own daemon has its socket lfmd.sock there; it goes first."),
      ("Ev XDG_STATE_HOME", "The folder of lfmctl/history, what was typed in chats."),
      ("Ev NO_COLOR", "Thinking is not dimmed."),
    ])
    page.section("EXIT STATUS")
    page.list(
      [("0", "Done.")] + ExitStatus.allCases.map { (tag: "\($0.rawValue)", text: $0.meaning + ".") }
        + [("130", "Interrupted (Ctrl-C)."), ("141", "The reader of standard output went away.")])
    seeAlso(["lfmd.conf 5", "lfmd-protocol 7", "lfmd 8"], &page)
    return page.text
  }

  static func ownDescription() throws -> CommandDescription {
    try CommandDescription.read(Data(Lfmctl._dumpHelp().utf8))
  }

  private static func write(
    _ command: CommandDescription, named name: String, to page: inout ManualText
  ) {
    page.macro(".Ss \(name)")
    page.prose(command.abstract ?? "")
    page.prose(command.explanation, isFirst: false)
    page.arguments(command.shown)
  }

  // MARK: - lfmd(8)

  static func lfmd() throws -> String {
    let command = try description(of: [])
    var page = ManualText("lfmd", section: 8, date: date)
    page.name("lfmd", command.abstract ?? "")
    page.section("SYNOPSIS")
    page.macro(".Nm")
    page.macro(".Op Ar options")
    page.macro(".Nm")
    page.macro(".Ar command")
    page.macro(".Op Ar arguments")
    page.section("DESCRIPTION")
    page.prose(command.explanation)
    page.prose(
      """
      Before it says that it is ready, lfmd has the model generate two tokens. Where the logits are no finite numbers, or \
      the tokens not those that a model is known to give, it ends with 65.

      While it loads, it asks the service manager for time as long as it reads; while it serves, it feeds the watchdog only \
      if layers of the model are finished or nothing is to be computed. A model file that is cut short while it is served \
      ends all calls with DATA_LOSS and the daemon with 74.
      """, isFirst: false)
    page.section("OPTIONS")
    page.arguments(command.shown)
    page.section("COMMANDS")
    for name in Offline.commands + ["memory"] {
      write(try description(of: [name]), named: name, to: &page)
    }
    page.section("SIGNALS")
    page.list([
      (
        "Dv SIGTERM , Dv SIGINT",
        "No new calls; those that run may finish, for drain-timeout seconds. A second one ends at once."
      ),
      ("Dv SIGHUP", "Read the settings again: limits, time-outs and the log level."),
    ])
    page.section("FILES")
    page.list([
      ("Pa /etc/lfmd/lfmd.conf", "Settings."),
      ("Pa /run/lfmd/lfmd.sock", "The socket."),
      ("Pa /var/cache/lfmd", "Prepared weights."),
    ])
    page.section("EXIT STATUS")
    page.prose("0 when it was told to stop, or was not needed." + (command.exitCodes ?? ""))
    seeAlso(["lfmctl 1", "lfmd.conf 5", "lfmd-protocol 7"], &page)
    return page.text
  }

  // MARK: - lfmd.conf(5)

  static func configuration() throws -> String {
    let settings = try JSONDecoder().decode(
      [SettingDescription].self, from: try output(of: ["describe-settings"]))
    var page = ManualText("lfmd.conf", section: 5, date: date)
    page.name("lfmd.conf", "settings of lfmd")
    page.section("SYNOPSIS")
    page.macro(".Pa /etc/lfmd/lfmd.conf")
    page.section("DESCRIPTION")
    page.prose(
      """
      One setting a line, in YAML:

        model: /srv/models/LFM2.5-8B-A1B-Q4_K_M.gguf
        max-running: 4

      A flag of the same name goes over the environment variable that stands beside a setting, and that over this file. \
      Unknown settings and values out of their range keep the daemon from starting, with file and line; lfmd --check-config \
      says so without starting it.

      On SIGHUP (systemctl reload lfmd) the settings marked so are put in force, without a call being dropped. Others \
      need a restart: the daemon names those that have changed. Where anything is wrong, everything stays as it is.
      """)
    page.section("SETTINGS")
    page.list(
      settings.map { setting in
        let value = setting.value.map { "\n\nDefault: \($0)" } ?? ""
        let reload = setting.reloadable ? "\n\nMay be changed on SIGHUP." : ""
        return (
          tag: "Cm \(setting.name) Pq Ev \(setting.environment)",
          text: setting.help.prefix(1).uppercased() + setting.help.dropFirst() + "." + value
            + reload
        )
      })
    seeAlso(["lfmctl 1", "lfmd 8"], &page)
    return page.text
  }

  private static func seeAlso(_ pages: [String], _ page: inout ManualText) {
    page.section("SEE ALSO")
    for (index, name) in pages.enumerated() {
      page.macro(".Xr \(name)" + (index < pages.count - 1 ? " ," : ""))
    }
  }

  // MARK: - The daemon's own words

  private static func description(of words: [String]) throws -> CommandDescription {
    try CommandDescription.read(try output(of: words + ["--experimental-dump-help"]))
  }

  private static func output(of words: [String]) throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: try Programs.lfmd())
    process.arguments = words
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(.software, "lfmd \(words.joined(separator: " ")) failed")
    }
    return data
  }
}
