import Foundation
import Testing

/// Who may import whom. SwiftPM does not enforce it (an undeclared transitive import builds), so the `import` lines are read.
@Suite struct ImportTableTests {
  /// The permissions, one line a target; modules of the platform are free for all.
  static let permitted: [String: Set<String>] = [
    "LFMGeneration": [],
    "LFMCheckpoint": [],
    "LFMTokenizer": ["LFMCheckpoint"],
    "LFMLanguage": ["LFMGeneration", "LFMTokenizer"],
    "LFMModel": ["LFMCheckpoint", "CLFMKernels", "CLFMLinux"],
    "LFMEngine": ["LFMGeneration", "LFMTokenizer", "LFMLanguage", "LFMModel"],
    "LFMWire": ["LFMGeneration", "CLFMProto"],
    "LFMSocket": ["CLFMLinux"],
    "LFMServer": ["LFMGeneration", "LFMWire", "LFMSocket"],
    "LFMClient": ["LFMGeneration", "LFMWire", "LFMSocket"],
    "lfmd": [
      "LFMGeneration", "LFMTokenizer", "LFMLanguage", "LFMCheckpoint", "LFMModel", "LFMEngine",
      "LFMSocket", "LFMServer", "CSystemd", "CLFMLinux", "ArgumentParser", "Logging", "Yams",
    ],
    "lfmctl": [
      "LFMClient", "LFMGeneration", "LFMCheckpoint", "LFMTokenizer", "LFMLanguage",
      "ArgumentParser",
    ],
  ]

  static let platform: Set<String> = [
    "Swift", "Glibc", "Musl", "Dispatch", "Foundation", "FoundationEssentials", "Synchronization",
  ]

  /// Rule 6: a library in C is imported by one Swift file; our own C targets, by the files of one folder.
  static let importedOnce: Set<String> = ["CSystemd", "CProtobufC"]
  static let importedByOneFolder: Set<String> = ["CLFMProto", "CLFMKernels"]

  @Test func everyImportIsPermitted() throws {
    var violations: [String] = []
    for (file, target) in try Self.swiftFiles() {
      let permitted = try #require(Self.permitted[target], "no line for target \(target)")
      for module in try Self.imports(of: file)
      where !permitted.contains(module) && !Self.platform.contains(module) && module != target {
        violations.append("\(target)/\(file.lastPathComponent) imports \(module)")
      }
    }
    #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
  }

  @Test func everyTargetHasItsLine() throws {
    let targets = Set(try Self.swiftFiles().map(\.target))
    #expect(targets == Set(Self.permitted.keys))
  }

  @Test func librariesInCAreImportedInOnePlace() throws {
    var importers: [String: Set<String>] = [:]
    for (file, _) in try Self.swiftFiles() {
      for module in try Self.imports(of: file) {
        let place =
          Self.importedByOneFolder.contains(module) ? file.deletingLastPathComponent() : file
        importers[module, default: []].insert(place.path)
      }
    }
    for module in Self.importedOnce.union(Self.importedByOneFolder) {
      let places = importers[module, default: []]
      #expect(places.count <= 1, "\(module) is imported in \(places.sorted())")
    }
  }

  @Test func publicIsOnlyWhatCallersNeed() throws {
    var violations: [String] = []
    for (file, target) in try Self.swiftFiles()
    where !["LFMGeneration", "LFMClient"].contains(target) {
      let text = try String(contentsOf: file, encoding: .utf8)
      for line in text.split(separator: "\n")
      where line.drop(while: { $0 == " " }).hasPrefix("public ") {
        violations.append("\(target)/\(file.lastPathComponent): \(line)")
      }
    }
    #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
  }

  @Test func filesAreShort() throws {
    for (file, target) in try Self.swiftFiles() where !file.lastPathComponent.contains("Table") {
      let lines = try String(contentsOf: file, encoding: .utf8).split(
        separator: "\n", omittingEmptySubsequences: false
      ).count
      #expect(lines <= 401, "\(target)/\(file.lastPathComponent) has \(lines) lines")
    }
  }

  // MARK: -

  static let sources = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")

  static func swiftFiles() throws -> [(file: URL, target: String)] {
    let files = try #require(
      FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    return files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.map { file in
      let below = file.pathComponents.dropFirst(sources.pathComponents.count)
      return (file, below.first ?? "")
    }
  }

  /// The modules named by a file's import lines, attributes and submodules aside.
  static func imports(of file: URL) throws -> Set<String> {
    let kinds: Set<Substring> = [
      "struct", "class", "enum", "protocol", "func", "var", "let", "typealias",
    ]
    var modules: Set<String> = []
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ").drop {
        $0.hasPrefix("@") || ["public", "package", "internal", "private"].contains($0)
      }
      guard words.first == "import" else { continue }
      let name = words.dropFirst().drop { kinds.contains($0) }.first ?? ""
      if let module = name.split(separator: ".").first { modules.insert(String(module)) }
    }
    return modules
  }
}
