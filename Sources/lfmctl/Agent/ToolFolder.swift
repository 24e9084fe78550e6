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
enum ToolFolder {
  /// How long a tool may take to describe itself.
  private static let describeLimit = Duration.seconds(10)

  /// - Throws: `Failure` that names the file.
  static func load(_ path: String) throws -> [FolderTool] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw Failure(.noInput, "cannot read the folder \(path)")
    }
    var tools: [FolderTool] = []
    for name in names where !name.hasPrefix(".") && !name.hasSuffix(".json") {
      let program = (path as NSString).appendingPathComponent(name)
      guard isProgram(program) else { continue }
      let tool = try load(program, named: (name as NSString).deletingPathExtension)
      if let other = tools.first(where: { $0.declaration.name == tool.declaration.name }) {
        throw Failure(
          .badInput,
          "\(program) and \(other.program) both declare the tool \(tool.declaration.name)")
      }
      tools.append(tool)
    }
    guard !tools.isEmpty else {
      throw Failure(.noInput, "there are no executables in \(path) that could be tools")
    }
    return tools
  }

  private static func isProgram(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && !isFolder.boolValue && access(path, X_OK) == 0
  }

  private static func load(_ program: String, named name: String) throws -> FolderTool {
    let folder = (program as NSString).deletingLastPathComponent
    let file = (folder as NSString).appendingPathComponent(name + ".json")
    let isFile = FileManager.default.fileExists(atPath: file)
    let bytes = try isFile ? Input.read(file) : describe(program)
    let source = isFile ? file : "\(program) --describe"
    do {
      var value = try JSONParser.parse(bytes: bytes)
      // The file's name is the tool's, unless the declaration has one. It comes first, where models are used to it.
      if case .object(let object) = value, object["function"] == nil, object["name"] == nil {
        value = .object(
          JSONObject([("name", .string(name))] + object.members.map { ($0.key, $0.value) }))
      }
      let declarations = try ToolDeclaration.read(value)
      guard let declaration = declarations.first, declarations.count == 1 else {
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

  private static func describe(_ program: String) throws -> [UInt8] {
    let process = ToolProcess(
      program: program, arguments: ["--describe"], limit: describeLimit)
    let outcome = try process.run(input: [])
    guard outcome.ending == .exited(0) else {
      throw Failure(
        .badInput,
        "\(program) has no .json file beside it, and with --describe it \(outcome.ending.sentence)")
    }
    return outcome.output
  }
}

extension ToolProcess.Ending {
  var sentence: String {
    switch self {
    case .exited(let code): "ended with exit code \(code)"
    case .signalled(let number): "was ended by signal \(number)"
    case .timedOut: "took too long and was ended"
    }
  }
}
