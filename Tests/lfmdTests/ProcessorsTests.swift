import Foundation
import Testing

@testable import lfmd

/// How quotas of control groups become numbers of threads.
@Suite struct ProcessorsTests {
  @Test func theTightestQuotaOnTheWayUpCounts() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "cgroup-\(UUID())")
    let inner = root.appending(path: "system.slice/lfmd.service")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: root) }
    let membership = "1:name=systemd:/x\n0::/system.slice/lfmd.service\n"
    func quota() -> Int? { Processors.quota(root: root.path, membership: membership) }

    #expect(quota() == nil)
    try write("max 100000\n", inner)
    #expect(quota() == nil)
    try write("250000 100000\n", inner)
    #expect(quota() == 3)
    try write("150000 100000\n", inner.deletingLastPathComponent())
    #expect(quota() == 2)
    try write("1000 100000\n", root)
    #expect(quota() == 1)
    for broken in ["", "0 0\n", "-5 100000\n", "99999999999999999999 1\n", "7\n"] {
      try write(broken, root)
      #expect(quota() == 2)
    }
    #expect(Processors.quota(root: root.path, membership: "0::/../..\n") == nil)
    #expect(Processors.quota(root: root.path, membership: "") == nil)
  }

  @Test func thisProcessHasSome() {
    #expect(Processors.inAffinity >= 1)
    #expect((1...Processors.inAffinity).contains(Processors.usable))
  }

  private func write(_ text: String, _ group: URL) throws {
    try Data(text.utf8).write(to: group.appending(path: "cpu.max"))
  }
}
