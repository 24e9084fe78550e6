import Foundation
import Glibc
import Testing

@testable import lfmd

/// Weights that go away while they are served.
@Suite struct MappingFaultTests {
  private static let endless = [
    "generate", "--raw", "--ignore-end", "--max-tokens", "2000", "--stream-json", "Nora",
  ]

  @Test func aModelFileThatIsCutShortEndsTheCallsAndTheProcess() throws {
    let model = try DamagedModel()
    let manager = try TestSocket(SOCK_DGRAM)
    let daemon = try TestDaemon(
      model: model.path, environment: ["LFM_ISA": "exact", "NOTIFY_SOCKET": manager.path])
    let callers = try (0..<3).map { _ in try daemon.start(Self.endless) }
    for caller in callers { try eventually({ caller.outputSoFar.contains("\"answer\"") }) }
    try model.cut()
    try check(daemon, callers, lost: model.path)
    let states = try manager.states(until: { $0.hasPrefix("STATUS=failed") })
    #expect(states.last?.contains("was cut short") == true)
    #expect(!FileManager.default.fileExists(atPath: daemon.socket))
  }

  @Test func aPreparedFileThatIsCutShortDoesToo() throws {
    let model = try DamagedModel()
    let cache = model.folder.appending(path: "cache").path
    let prepared = try RunningProgram(
      "lfmd",
      ["prepare", model.path, "--json", "--config", "/dev/null", "--cache-directory", cache],
      environment: ["LFM_ISA": "fast"]
    ).wait()
    let object = try JSONSerialization.jsonObject(with: prepared.output) as? [String: Any]
    let file = try #require(object?["prepared"] as? String, "\(prepared.errors)")
    let daemon = try TestDaemon(
      model: model.path, arguments: ["--cache-directory", cache], environment: ["LFM_ISA": "fast"])
    let caller = try daemon.start(Self.endless)
    try eventually({ caller.outputSoFar.contains("\"answer\"") })
    #expect(daemon.program.errors.contains(file), "\(daemon.program.errors)")
    try DamagedModel.cut(file)
    try check(daemon, [caller], lost: file)
    // What was lost is made again.
    let next = try TestDaemon(
      model: model.path, arguments: ["--cache-directory", cache], environment: ["LFM_ISA": "fast"])
    #expect(try next.lfmctl(["generate", "--max-tokens", "2", "Hello"]).status == 0)
  }

  private func check(
    _ daemon: TestDaemon, _ callers: [RunningProgram], lost file: String
  ) throws {
    for caller in callers {
      let outcome = try caller.wait()
      #expect(outcome.text.contains("\"DATA_LOSS\""), "\(outcome.text.suffix(200))")
      #expect(outcome.status != 0 && !outcome.wasSignalled)
    }
    let end = try daemon.program.wait()
    #expect(end.status == 74 && !end.wasSignalled)
    #expect(
      end.errors.contains("critical: \(file) was cut short, or can no longer be read"),
      "\(end.errors)")
  }

  @Test func anotherBusErrorEndsTheProcessAsItWould() throws {
    let daemon = try TestDaemon()
    daemon.program.signal(SIGBUS)
    let outcome = try daemon.program.wait()
    #expect(outcome.wasSignalled && outcome.status == SIGBUS)
  }

  @Test func onlyWhatIsMappedToBeSharedAndReadIsWeights() {
    let maps = """
      1000-2000 r--p 00000000 08:01 12 /usr/lib/libc.so
      2000-5000 r--s 00000000 08:01 13                         /srv/a model.gguf
      5000-6000 rw-p 00000000 00:00 0
      7000-8000 rw-s 00000000 00:01 99 /memfd:pool (deleted)
      """
    #expect(MappingFaults.weightsFile(at: 0x2000, maps: maps) == "/srv/a model.gguf")
    #expect(MappingFaults.weightsFile(at: 0x4fff, maps: maps) == "/srv/a model.gguf")
    for other in [0x0, 0x1000, 0x5000, 0x6000, 0x7000, 0xffff] as [UInt] {
      #expect(MappingFaults.weightsFile(at: other, maps: maps) == nil)
    }
    #expect(MappingFaults.weightsFile(at: 0, maps: "") == nil)
    #expect(MappingFaults.weightsFile(at: 1, maps: "nonsense\nz-y r--s\n-") == nil)
  }
}
