import Foundation
import Glibc
import Testing

/// `lfmd prepare`, and the daemon on what it made.
@Suite struct PrepareTests {
  private final class Cache {
    let path = "/tmp/lfm-cache-\(UUID().uuidString.prefix(8))"

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var names: [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    func prepare(_ arguments: [String] = [Built.model]) throws -> RunningProgram {
      try RunningProgram(
        "lfmd", ["prepare", "--config", "/dev/null", "--cache-directory", path] + arguments)
    }

    /// Holds the folder's lock as another process that prepares does.
    func holdLock() throws -> Int32 {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let lock = unsafe open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      try #require(flock(lock, LOCK_EX) == 0)
      return lock
    }
  }

  @Test func aFileIsMadeOnce() throws {
    let cache = Cache()
    let first = try cache.prepare().wait()
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.text.hasPrefix("prepared \(cache.path)/demo-"))
    let names = cache.names
    #expect(names.count == 2 && names.last == "lock")
    let second = try cache.prepare([Built.model, "--json"]).wait()
    let object = try JSONSerialization.jsonObject(with: second.output) as? [String: Any]
    #expect(object?["made"] as? Bool == false)
    #expect(object?["prepared"] as? String == cache.path + "/" + names[0])
    #expect(try cache.prepare(["--prune"]).wait().text == "nothing to remove\n")
    #expect(cache.names == names)
  }

  @Test func handedOverByLfmctl() throws {
    let cache = Cache()
    let outcome = try RunningProgram(
      "lfmctl", ["prepare", "demo", "--config", "/dev/null", "--cache-directory", cache.path]
    ).wait()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.text.hasPrefix("prepared \(cache.path)/demo-"))
  }

  @Test func whatIsWrongIsSaid() throws {
    let cache = Cache()
    let missing = try cache.prepare(["/nonexistent.gguf"]).wait()
    #expect(missing.status == 66 && missing.errors.contains("/nonexistent.gguf"))
    let bad = try cache.prepare([#filePath]).wait()
    #expect(bad.status == 65 && bad.errors.contains("GGUF"))
    let none = try cache.prepare([]).wait()
    #expect(none.status == 78 && none.errors.contains("name a model file"))
    #expect(try cache.prepare(["--force", "--prune"]).wait().status == 64)
    let folder = try RunningProgram(
      "lfmd", ["prepare", Built.model, "--cache-directory", "/proc/none"]
    ).wait()
    #expect(folder.status == 73 && folder.errors.contains("/proc/none"), "\(folder.errors)")
    #expect(cache.names.isEmpty)
  }

  @Test func aLimitOnFilesIsSaidAndNothingIsLeft() throws {
    let cache = Cache()
    let outcome = try RunningProgram(
      URL(filePath: "/bin/sh"),
      [
        "-c", "ulimit -f 2000; exec \"$0\" \"$@\"", Built.program("lfmd").path, "prepare",
        Built.model, "--cache-directory", cache.path,
      ], standardInput: .nullDevice
    ).wait()
    #expect(outcome.status == 73, "\(outcome.errors)")
    #expect(outcome.errors.contains("ulimit -f"))
    #expect(cache.names == ["lock"])
  }

  @Test(.enabled(if: geteuid() == 0, "mounting a small file system needs root"))
  func aFullDiskIsSaidAndNothingIsLeft() throws {
    let cache = Cache()
    try FileManager.default.createDirectory(
      atPath: cache.path, withIntermediateDirectories: true)
    let mount = Process()
    mount.executableURL = URL(filePath: "/bin/mount")
    mount.arguments = ["-t", "tmpfs", "-o", "size=6m", "tmpfs", cache.path]
    mount.standardError = FileHandle.nullDevice
    guard (try? mount.run()) != nil else { return print("skipped: there is no mount(8)") }
    mount.waitUntilExit()
    guard mount.terminationStatus == 0 else { return print("skipped: tmpfs cannot be mounted") }
    defer { unsafe _ = umount2(cache.path, 2) }
    let outcome = try cache.prepare().wait()
    #expect(outcome.status == 73, "\(outcome.errors)")
    #expect(outcome.errors.contains("are free; free some"), "\(outcome.errors)")
    #expect(cache.names == ["lock"])
    // A daemon serves without.
    let daemon = try TestDaemon(
      arguments: ["--cache-directory", cache.path], environment: ["LFM_ISA": "fast"])
    #expect(try daemon.lfmctl(["generate", "--max-tokens", "2", "Hi"]).status == 0)
  }

  @Test func twoAtOnceMakeOne() throws {
    let cache = Cache()
    let lock = try cache.holdLock()
    let programs = [try cache.prepare(), try cache.prepare()]
    for program in programs {
      try eventually { program.errors.contains("waiting for another process") }
    }
    close(lock)
    let texts = try programs.map { try $0.wait().text.prefix { $0 != "/" } }
    #expect(texts.sorted() == ["already prepared: ", "prepared "])
    #expect(cache.names.count == 2)
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func interruptedItEndsAsTheSignalDoes(signal: Int32) throws {
    let cache = Cache()
    let lock = try cache.holdLock()
    let program = try cache.prepare()
    try eventually { program.errors.contains("waiting for another process") }
    program.signal(signal)
    let outcome = try program.wait()
    #expect(outcome.wasSignalled && outcome.status == signal)
    close(lock)
    #expect(cache.names == ["lock"])
  }

  /// Killed at any moment, it leaves a whole file or none, and the next one goes well.
  @Test func killedNothingIsHalf() throws {
    let cache = Cache()
    for delay in stride(from: 2, to: 80, by: 7) {
      let program = try cache.prepare([Built.model, "--force"])
      usleep(useconds_t(delay) * 1000)
      program.signal(SIGKILL)
      _ = try program.wait()
      // On this file system or another: an unfinished file has a name that the next one removes.
      #expect(cache.names.filter { $0.hasSuffix(".lfmweights") && !$0.hasPrefix(".") }.count <= 1)
    }
    let outcome = try cache.prepare([Built.model, "--force"]).wait()
    #expect(outcome.status == 0 && outcome.text.hasPrefix("prepared "), "\(outcome.errors)")
    #expect(cache.names.count == 2)
  }

  @Test func theDaemonSaysWhatItGot() throws {
    let cache = Cache()
    func weights(_ arguments: [String]) throws -> [String: Any] {
      let daemon = try TestDaemon(
        arguments: ["--cache-directory", cache.path] + arguments, environment: ["LFM_ISA": "fast"])
      #expect(try daemon.lfmctl(["generate", "--max-tokens", "2", "Hi"]).status == 0)
      let status = try daemon.lfmctl(["status", "--json"])
      let object = try JSONSerialization.jsonObject(with: status.output) as? [String: Any]
      return try #require(object?["weights"] as? [String: Any])
    }
    let inMemory = try weights([])
    #expect(inMemory["note"] as? String == "packed in memory" && inMemory["prepared"] is NSNull)
    #expect(cache.names.isEmpty, "a small model is not worth a file")
    _ = try cache.prepare().wait()
    let mapped = try weights([])
    #expect((mapped["prepared"] as? String)?.hasPrefix(cache.path + "/demo-") == true)
    #expect((mapped["layout"] as? String)?.contains("groups of 16 rows") == true)
    let off = try weights(["--prepare", "off"])
    #expect(off["note"] as? String == "prepare is off" && off["prepared"] is NSNull)
  }
}
