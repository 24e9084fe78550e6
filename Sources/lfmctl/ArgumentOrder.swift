// What happens to the words of the command line before they are parsed: flags in front of the command move behind it, and
// a command that does not exist is told apart.

/// `--model` and `--socket` belong to the subcommands, but the forms with them in front are promised to scripts.
enum ArgumentOrder {
  private static let moved: Set<String> = ["--model", "--socket", "--timeout"]

  /// The arguments with leading flags put behind the subcommand's name.
  static func commandFirst(_ arguments: [String]) -> [String] {
    var front: [String] = []
    var rest = arguments[...]
    while let word = rest.first {
      if moved.contains(word), rest.count >= 2 {
        front += rest.prefix(2)
        rest = rest.dropFirst(2)
      } else if word == "--wait" || moved.contains(where: { word.hasPrefix($0 + "=") }) {
        front.append(word)
        rest = rest.dropFirst()
      } else {
        break
      }
    }
    guard !front.isEmpty, let command = rest.first, !command.hasPrefix("-") else {
      return arguments
    }
    return [command] + front + rest.dropFirst()
  }

  /// What to say of a first word that is no command, or `nil` if it may be one.
  static func complaint(_ arguments: [String], commands: [String]) -> String? {
    guard let word = arguments.first, !word.hasPrefix("-"), !commands.contains(word) else {
      return nil
    }
    let near = commands.min { distance(word, $0) < distance(word, $1) }
    let meant =
      commands.first { $0.hasPrefix(word) } ?? near.flatMap { distance(word, $0) <= 2 ? $0 : nil }
    if let meant { return "\"\(word)\" is no command; did you mean \(meant)?" }
    return "\"\(word)\" is no command; commands are \(commands.joined(separator: ", "))"
  }

  /// How many letters must be inserted, left out, exchanged or swapped with their neighbour to make one word the other.
  static func distance(_ first: String, _ second: String) -> Int {
    // No command is nearly as long: the table stays small whatever the argument is.
    let (first, second) = (Array(first.prefix(32)), Array(second.prefix(32)))
    var rows = [Array(0...second.count)]
    for row in 0..<first.count {
      var next = [row + 1]
      for column in 0..<second.count {
        let isSame = first[row] == second[column]
        var best = min(
          rows[row][column] + (isSame ? 0 : 1), rows[row][column + 1] + 1, next[column] + 1)
        if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
          best = min(best, rows[row - 1][column - 1] + 1)
        }
        next.append(best)
      }
      rows.append(next)
    }
    return rows[first.count][second.count]
  }
}
