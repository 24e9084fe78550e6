import Foundation
import Testing

extension Shell {
  static let canCheck =
    run("protoc --version && /usr/bin/python3 -c 'import google.protobuf'").status == 0
}

/// Tools/check-contract: what breaks callers is found, what does not is let pass.
@Suite(.enabled(if: Shell.canCheck, "python3-protobuf and protoc are not installed"))
struct ContractCheckTests {
  private static let contract = """
    syntax = "proto3";
    package a.b;
    service S {
      rpc One(Q) returns (A);
      rpc Many(Q) returns (stream A);
    }
    message Q {
      reserved 7, 9 to 11;
      reserved "old";
      int32 count = 1;
      oneof optional_name {
        bytes name = 2;
      }
      repeated int32 ids = 3 [packed = true];
      map<string, A> answers = 4;
    }
    message A {
      Kind kind = 1;
      message Part {
        bool yes = 1;
      }
      Part part = 2;
    }
    enum Kind {
      KIND_NONE = 0;
      KIND_GOOD = 1;
    }
    """

  /// The released contract of these tests.
  private static let released: [UInt8] = {
    (try? inFolder { folder in
      try contract.write(
        to: folder.appending(path: "first.proto"), atomically: true, encoding: .utf8)
      let release = Shell.run("\(tool(folder)) --release")
      #expect(release.status == 0, "\(release.output)")
      return [UInt8](try Data(contentsOf: folder.appending(path: "contract.binpb")))
    }) ?? []
  }()

  private static func tool(_ folder: URL) -> String {
    "'\(Shell.root.path)/Tools/check-contract' --protos '\(folder.path)'"
  }

  private static func inFolder<R>(_ body: (URL) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lfm-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  /// Runs the check in a folder with these files beside the released contract.
  ///
  /// - Returns: its status, its words, and whether the released contract is another one now.
  private func check(
    _ files: [String: String], _ flags: String = ""
  ) throws -> (status: Int32, output: String, hasChanged: Bool) {
    try Self.inFolder { folder in
      let released = folder.appending(path: "contract.binpb")
      try Data(Self.released).write(to: released)
      for (name, text) in files {
        try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
      }
      let (status, output) = Shell.run("\(Self.tool(folder)) \(flags)")
      return (status, output, try Data(contentsOf: released) != Data(Self.released))
    }
  }

  private func changed(_ old: String, _ new: String) -> String {
    #expect(Self.contract.contains(old))
    return Self.contract.replacingOccurrences(of: old, with: new)
  }

  @Test func theContractOfThisRepositoryKeepsItsRelease() {
    let (status, output) = Shell.run("'\(Shell.root.path)/Tools/check-contract'")
    #expect(status == 0, "\(output)")
  }

  @Test func additionsAreNoBreak() throws {
    let text =
      changed("bool yes = 1;", "bool yes = 1;\n string more = 2;")
      .replacingOccurrences(of: "KIND_GOOD = 1;", with: "KIND_GOOD = 1; KIND_BAD = 2;")
      .replacingOccurrences(of: "bytes name = 2;", with: "bytes name = 2; bytes label = 5;")
      .replacingOccurrences(
        of: "rpc One", with: "rpc Two(stream New) returns (A);\n rpc One") + "message New {}"
    let other = "syntax = \"proto3\"; package c; message M { int32 x = 1; }"
    let files = ["first.proto": text, "second.proto": other]
    let checked = try check(files)
    #expect(checked.status == 0 && !checked.hasChanged, "\(checked.output)")
    // Released, they are part of what must not break.
    let released = try check(files, "--release")
    #expect(released.status == 0 && released.hasChanged, "\(released.output)")
  }

  /// What is replaced, by what, and what the check must name.
  static let breaks: [(String, String, String)] = [
    ("int32 count = 1;", "", "a.b.Q.count (1) is gone"),
    ("int32 count = 1;", "int32 count = 6;", "a.b.Q.count (1) is gone"),
    ("int32 count = 1;", "int32 number = 1;", "its name was count, and is number"),
    ("int32 count = 1;", "uint32 count = 1;", "its type was TYPE_INT32, and is TYPE_UINT32"),
    ("int32 count = 1;", "repeated int32 count = 1;", "its label was LABEL_OPTIONAL"),
    ("Part part = 2;", "Q part = 2;", "its type was .a.b.A.Part, and is .a.b.Q"),
    ("[packed = true]", "[packed = false]", "its packing"),
    ("oneof optional_name", "oneof renamed", "its oneof was optional_name, and is renamed"),
    ("map<string, A>", "map<int32, A>", "a.b.Q.AnswersEntry.key (1): its type"),
    ("KIND_GOOD = 1;", "", "a.b.Kind.KIND_GOOD (1) is gone"),
    ("KIND_GOOD = 1;", "KIND_GOOD = 2;", "a.b.Kind.KIND_GOOD (1) is gone"),
    ("rpc One(Q) returns (A);", "", "the method a.b.S/One is gone"),
    ("One(Q)", "One(A)", "a.b.S/One: its request was .a.b.Q, and is .a.b.A"),
    ("One(Q) returns (A)", "One(Q) returns (stream A)", "a.b.S/One: its streaming of replies"),
    ("reserved 7, 9 to 11;", "reserved 7, 9;", "a.b.Q: the numbers from 9 on"),
    ("reserved \"old\";", "", "a.b.Q: the name old is no longer reserved"),
    ("package a.b;", "package a.c;", "its package was a.b, and is a.c"),
    ("message Part {", "message Piece {", "the message a.b.A.Part is gone"),
  ]

  @Test(arguments: breaks)
  func aBreakIsNamed(old: String, new: String, sentence: String) throws {
    var text = changed(old, new)
    if old == "message Part {" {
      text = text.replacingOccurrences(of: "Part part", with: "Piece part")
    }
    // Nor can it be released unasked.
    let (status, output, hasChanged) = try check(["first.proto": text], "--release")
    #expect(status == 1 && !hasChanged && output.contains(sentence), "\(output)")
  }

  @Test func aFileThatMovedIsABreak() throws {
    let (status, output, _) = try check(["other.proto": Self.contract])
    #expect(status == 1 && output.contains("the file first.proto is gone"), "\(output)")
  }

  @Test func whatIsRemovedOnPurposeMustBeReserved() throws {
    let free = changed("int32 count = 1;", "")
    let (status, output, _) = try check(["first.proto": free], "--release --breaking")
    #expect(status == 1 && output.contains("reserve its number and its name"), "\(output)")
    let kept = changed("int32 count = 1;", "reserved 1; reserved \"count\";")
    #expect(try check(["first.proto": kept], "--release --breaking").status == 0)
  }

  @Test func aBrokenFileIsNoPass() throws {
    #expect(try check(["first.proto": "message {"]).status != 0)
  }
}
