// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// Every Swift target: the Swift 6 language, strict memory safety, and no warning survives.
let swift: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// The tests of a target. Fixtures are read from the source tree, not bundled.
func tests(of name: String, _ dependencies: [Target.Dependency]) -> Target {
  let fixtures = Context.packageDirectory + "/Tests/\(name)Tests/Fixtures"
  return .testTarget(
    name: name + "Tests", dependencies: dependencies,
    exclude: FileManager.default.fileExists(atPath: fixtures) ? ["Fixtures"] : [],
    swiftSettings: swift)
}

/// A library room and its tests. Who may import whom is checked by `Tests/PackageTests`.
func room(
  _ name: String, _ dependencies: [Target.Dependency] = [],
  testing: [Target.Dependency] = []
) -> [Target] {
  [
    .target(name: name, dependencies: dependencies, swiftSettings: swift),
    tests(of: name, [.byName(name: name)] + dependencies + testing),
  ]
}

let package = Package(
  name: "lfmd",
  products: [
    .library(name: "LFMClient", targets: ["LFMClient", "LFMGeneration"]),
    .executable(name: "lfmd", targets: ["lfmd"]),
    .executable(name: "lfmctl", targets: ["lfmctl"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
    .systemLibrary(
      name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
    .target(name: "CLFMProto", dependencies: ["CProtobufC"]),
    .target(name: "CLFMKernels"),
    .target(name: "CAllocationCount", path: "Tests/CAllocationCount"),
    .target(name: "CLFMLinux"),
    tests(of: "CLFMKernels", ["CLFMKernels"]),
    tests(of: "Package", []),
    .executableTarget(
      name: "lfmd",
      dependencies: [
        "LFMGeneration", "LFMTokenizer", "LFMLanguage", "LFMCheckpoint", "LFMModel", "LFMEngine",
        "LFMSocket", "LFMServer", "CSystemd", "CLFMLinux", argumentParser, logging, yams,
      ],
      swiftSettings: swift),
    .executableTarget(
      name: "lfmctl",
      dependencies: [
        "LFMClient", "LFMGeneration", "LFMCheckpoint", "LFMTokenizer", "LFMLanguage",
        argumentParser,
      ],
      swiftSettings: swift),
    tests(
      of: "lfmd",
      ["lfmd", "LFMGeneration", "LFMClient", "LFMCheckpoint", "LFMModel", argumentParser]),
    tests(of: "lfmctl", ["lfmctl", "LFMGeneration", "LFMLanguage", "LFMTokenizer"]),
  ]
    + room("LFMGeneration")
    + room("LFMTokenizer", ["LFMCheckpoint"])
    + room("LFMLanguage", ["LFMGeneration", "LFMTokenizer"], testing: ["LFMCheckpoint"])
    + room("LFMCheckpoint")
    + room(
      "LFMModel", ["LFMCheckpoint", "CLFMKernels", "CLFMLinux"], testing: ["CAllocationCount"])
    + room(
      "LFMEngine", ["LFMGeneration", "LFMTokenizer", "LFMLanguage", "LFMModel"],
      testing: ["LFMCheckpoint"])
    + room("LFMWire", ["LFMGeneration", "CLFMProto"])
    + room("LFMSocket", ["CLFMLinux"])
    + room("LFMServer", ["LFMGeneration", "LFMWire", "LFMSocket"])
    + room("LFMClient", ["LFMGeneration", "LFMWire", "LFMSocket"], testing: ["LFMServer"])
)
