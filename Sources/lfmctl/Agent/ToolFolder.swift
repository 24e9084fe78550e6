// The tools of `lfmctl agent`: executables in a folder, each with its declaration.

import Foundation
import Glibc
import LFMGeneration
import LFMLanguage

/// A tool that can be run.
struct FolderTool {
  let declaration: ToolDeclaration
  /// The declaration as the model reads it.
  let text: JSONText
  let program: String
}

/// A folder of executables. `weather` is declared by `weather.json` beside it, or else by what `weather --describe` prints; endings
/// such as `.sh` are no part of a name.
struct ToolFolder {
  private struct Entry {
    let program: String
    /// The file's name without its ending.
    let name: String
    /// `nil` if the program is to describe itself.
    let declared: FolderTool?
  }

  let path: String
  private let entries: [Entry]

  /// Lists the executables and reads the declarations beside them; runs none.
  ///
  /// - Throws: `Failure` that names the file.
  init(_ path: String) throws {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw Failure(.noInput, "cannot read the folder \(path)")
    }
    self.path = path
    var entries: [Entry] = []
    for file in names where !Self.isOther(file) {
      let program = (path as NSString).appendingPathComponent(file)
      guard Self.isProgram(program) else { continue }
      let name = (file as NSString).deletingPathExtension
      let declaration = (path as NSString).appendingPathComponent(name + ".json")
      var declared: FolderTool?
      // Also where it is a link to nothing: the program is not to be run for want of it.
      if Self.exists(declaration) {
        declared = try Self.tool(
          program, named: name, declaredBy: try Input.read(declaration), of: declaration)
      }
      entries.append(Entry(program: program, name: name, declared: declared))
    }
    guard !entries.isEmpty else {
      throw Failure(.noInput, "there are no executables in \(path) that could be tools")
    }
    self.entries = entries
  }

  /// The tools, once those without a declaration beside them have described themselves. A file that is executable and no program is
  /// passed over.
  ///
  /// - Throws: `Failure` that names the file.
  func load() throws -> [FolderTool] {
    var tools: [FolderTool] = []
    for entry in entries {
      guard let tool = try entry.declared ?? Self.described(entry) else { continue }
      if let other = tools.first(where: { $0.declaration.name == tool.declaration.name }) {
        throw Failure(
          .badInput,
          "\(tool.program) and \(other.program) both declare the tool \(tool.declaration.name)")
      }
      tools.append(tool)
    }
    guard !tools.isEmpty else {
      throw Failure(.noInput, "there are no executables in \(path) that could be tools")
    }
    return tools
  }

  /// Whether a file is hidden, a declaration, or what an editor kept of another.
  private static func isOther(_ file: String) -> Bool {
    file.hasPrefix(".") || file.hasSuffix(".json") || file.hasSuffix("~")
  }

  private static func exists(_ path: String) -> Bool {
    var status = Glibc.stat()
    return unsafe lstat(path, &status) == 0
  }

  private static func isProgram(_ path: String) -> Bool {
    var status = Glibc.stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      && access(path, X_OK) == 0
  }

  private static func tool(
    _ program: String, named name: String, declaredBy bytes: [UInt8], of source: String
  ) throws -> FolderTool {
    do {
      let items = ToolFile.items(of: try JSONParser.parse(bytes: bytes))
      guard var value = items.first, items.count == 1 else {
        throw Failure(.badInput, "\(source): should declare one tool")
      }
      // The file's name is the tool's, unless the declaration has one. It comes first, where models are used to it.
      if case .object(let object) = value, object["function"] == nil, object["name"] == nil {
        value = .object(
          JSONObject([("name", .string(name))] + object.members.map { ($0.key, $0.value) }))
      }
      guard let declaration = try ToolDeclaration.read(.array([value])).first else {
        throw Failure(.badInput, "\(source): should declare one tool")
      }
      return FolderTool(
        declaration: declaration, text: JSONText(value.serialized), program: program)
    } catch let failure as JSONFailure {
      throw Failure(.badInput, "\(source): \(failure)")
    } catch let failure as GenerationFailure {
      throw Failure(.badInput, "\(source): \(failure.message)")
    }
  }

  /// - Returns: `nil` if the file is no program.
  private static func described(_ entry: Entry) throws -> FolderTool? {
    let process = ToolProcess(
      name: entry.name, program: entry.program, arguments: ["--describe"],
      limit: .seconds(10), longestOutput: 256 << 10)
    let outcome: ToolProcess.Outcome
    do {
      outcome = try process.run(input: [])
    } catch let failure as Failure where failure.errorNumber == ENOEXEC {
      StandardError.say("\(entry.program) is passed over: it is executable, but no program")
      return nil
    }
    guard outcome.ending == .exited(0) else {
      throw Failure(
        .badInput,
        "\(entry.program) has no .json file beside it, and with --describe it \(outcome.ending.sentence)"
      )
    }
    return try tool(
      entry.program, named: entry.name, declaredBy: outcome.output,
      of: "\(entry.program) --describe")
  }
}
