// Where the programs and files that belong together lie.

import Foundation

enum Programs {
  private static var ownFolder: URL? {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")).map {
      URL(filePath: $0).deletingLastPathComponent()
    }
  }

  /// The `lfmd` beside this program.
  static func lfmd() throws -> String {
    if let path = ownFolder?.appending(path: "lfmd").path,
      FileManager.default.isExecutableFile(atPath: path)
    {
      return path
    }
    throw Failure(
      .unavailable,
      "there is no lfmd beside this program in \(ownFolder?.path ?? "its folder"): install both together"
    )
  }

  /// The file that `--model` names; `demo` is the demo model of the installation or of the source tree.
  static func modelFile(_ name: String) throws -> String {
    guard name == "demo" else { return name }
    var folder = ownFolder
    while let place = folder, place.path != "/" {
      for candidate in ["share/lfmd/demo.gguf", "Models/demo.gguf"] {
        let path = place.appending(path: candidate).path
        if FileManager.default.fileExists(atPath: path) { return path }
      }
      folder = place.deletingLastPathComponent()
    }
    throw Failure(.noInput, "the demo model is not installed: looked for share/lfmd/demo.gguf")
  }
}
