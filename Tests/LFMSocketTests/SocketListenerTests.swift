import CLFMLinux
import Dispatch
import Foundation
import Glibc
import Synchronization
import Testing

@testable import LFMSocket

struct SocketListenerTests {
  private let queue = DispatchQueue(label: "test.listener")

  private func refusal(_ address: SocketAddress) -> SocketError? {
    #expect(throws: SocketError.self) {
      _ = try SocketListener(binding: address, queue: queue)
    }
  }

  private func close(_ listener: SocketListener) async {
    await withCheckedContinuation { done in
      queue.async { listener.close { done.resume() } }
    }
  }

  @Test func connectionsAreAcceptedWithTheirCredentials() async throws {
    let folder = try Folder()
    let address = try folder.address()
    let listener = try SocketListener(binding: address, queue: queue)
    // One waits before the listener starts, one comes after.
    let early = try Descriptor.connect(to: address)
    let peers = Mutex<[PeerCredentials]>([])
    queue.async {
      listener.start(problem: { _ in }) { _, peer in peers.withLock { $0.append(peer) } }
    }
    let late = try Descriptor.connect(to: address)
    try await eventually("two connections") { peers.withLock { $0.count } == 2 }
    let own = PeerCredentials(pid: getpid(), uid: geteuid(), gid: getegid())
    #expect(peers.withLock { $0 } == [own, own])
    #expect(inode(of: early) != inode(of: late))
    await close(listener)
    #expect(!FileManager.default.fileExists(atPath: address.path))
    #expect(!FileManager.default.fileExists(atPath: address.path + ".lock"))
  }

  @Test func socketIsForOwnerAndGroup() async throws {
    let folder = try Folder()
    let address = try folder.address()
    let listener = try SocketListener(binding: address, mode: 0o660, queue: queue)
    var status = stat()
    #expect(unsafe lstat(address.path, &status) == 0)
    #expect(status.st_mode & 0o7777 == 0o660)
    await close(listener)
  }

  @Test func staleSocketIsReplaced() async throws {
    let folder = try Folder()
    let address = try folder.address()
    // A daemon that died: its socket is left, and nobody listens.
    do {
      let dead = leaveStaleSocket(address.path)
      #expect(dead)
    }
    let listener = try SocketListener(binding: address, queue: queue)
    _ = try Descriptor.connect(to: address)
    await close(listener)
  }

  @Test func secondDaemonIsToldOfTheFirst() async throws {
    let folder = try Folder()
    let address = try folder.address()
    let listener = try SocketListener(binding: address, queue: queue)
    let error = refusal(address)
    #expect(error?.kind == .alreadyServing)
    #expect(error?.message.contains(address.path) == true)
    // The first goes on serving.
    _ = try Descriptor.connect(to: address)
    await close(listener)
  }

  @Test func liveSocketWithoutLockIsNotTaken() async throws {
    let folder = try Folder()
    let address = try folder.address()
    let listener = try SocketListener(binding: address, queue: queue)
    // As if a daemon that knows no lock had bound it.
    try FileManager.default.removeItem(atPath: address.path + ".lock")
    let error = refusal(address)
    #expect(error?.kind == .alreadyServing)
    _ = try Descriptor.connect(to: address)
    await close(listener)
  }

  @Test(arguments: ["file", "folder", "link"])
  func whatIsNotASocketStays(kind: String) throws {
    let folder = try Folder()
    let address = try folder.address(kind)
    switch kind {
    case "file": try Data("precious".utf8).write(to: URL(fileURLWithPath: address.path))
    case "folder":
      try FileManager.default.createDirectory(
        atPath: address.path, withIntermediateDirectories: false)
    default:
      try FileManager.default.createSymbolicLink(
        atPath: address.path, withDestinationPath: folder.path("elsewhere"))
    }
    let before = FileIdentity(at: address.path)
    let error = refusal(address)
    #expect(error?.kind == .occupied)
    #expect(error?.message.contains(before?.kind ?? "?") == true)
    #expect(FileIdentity(at: address.path) == before)
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a socket to another user"))
  func socketOfAnotherUserStays() throws {
    let folder = try Folder()
    let address = try folder.address()
    #expect(leaveStaleSocket(address.path))
    #expect(unsafe chown(address.path, 12345, 12345) == 0)
    let error = refusal(address)
    #expect(error?.kind == .occupied)
    #expect(error?.message.contains("12345") == true)
    #expect(FileIdentity(at: address.path) != nil)
  }

  @Test func missingFolderIsNamed() throws {
    let folder = try Folder()
    let error = refusal(try folder.address("no/such/s"))
    #expect(error?.message.contains("directory") == true)
  }

  @Test func onlyOneOfManyWins() async throws {
    let folder = try Folder()
    let address = try folder.address()
    for round in 0..<20 {
      if round.isMultiple(of: 2) { #expect(leaveStaleSocket(address.path)) }
      let winners = Mutex<[SocketListener]>([])
      let kinds = Mutex<[SocketError.Kind]>([])
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        do throws(SocketError) {
          let listener = try SocketListener(binding: address, queue: queue)
          winners.withLock { $0.append(listener) }
        } catch {
          kinds.withLock { $0.append(error.kind) }
        }
      }
      #expect(winners.withLock { $0.count } == 1)
      #expect(kinds.withLock { $0 } == Array(repeating: .alreadyServing, count: 7))
      _ = try Descriptor.connect(to: address)
      for listener in winners.withLock({ $0 }) { await close(listener) }
    }
  }

  @Test func pathThatIsNoLongerOursStays() async throws {
    let folder = try Folder()
    let address = try folder.address()
    let listener = try SocketListener(binding: address, queue: queue)
    try FileManager.default.removeItem(atPath: address.path)
    try Data("a successor's".utf8).write(to: URL(fileURLWithPath: address.path))
    await close(listener)
    #expect(FileManager.default.fileExists(atPath: address.path))
  }

  @Test func inheritedSocketIsServedAndItsPathStays() async throws {
    let folder = try Folder()
    let address = try folder.address()
    let parent = try BoundSocket(binding: address, mode: 0o600, backlog: 8)
    let inherited = Descriptor(owning: dup(parent.descriptor.number))
    let listener = try SocketListener(adopting: inherited, queue: queue)
    let count = Mutex(0)
    queue.async {
      listener.start(problem: { _ in }) { _, _ in count.withLock { $0 += 1 } }
    }
    let client = try Descriptor.connect(to: address)
    try await eventually("the connection") { count.withLock { $0 } == 1 }
    await close(listener)
    #expect(FileIdentity(at: address.path)?.isSocket == true)
    _ = consume client
    _ = consume parent
    #expect(FileIdentity(at: address.path) == nil)
  }

  @Test func wrongDescriptorIsRefused() throws {
    let pair = try Descriptor.socketPair()
    let other = Descriptor(owning: pair.second)
    let error = #expect(throws: SocketError.self) {
      _ = try SocketListener(adopting: Descriptor(owning: pair.first), queue: queue)
    }
    #expect(other.number >= 0)
    #expect(error?.kind == .wrongDescriptor)
    let file = #expect(throws: SocketError.self) {
      _ = try SocketListener(
        adopting: Descriptor(owning: unsafe open("/dev/null", O_RDONLY)), queue: queue)
    }
    #expect(file?.kind == .wrongDescriptor)
  }

  @Test func closingTwiceIsToldTwice() async throws {
    let folder = try Folder()
    let listener = try SocketListener(binding: try folder.address(), queue: queue)
    queue.async { listener.start(problem: { _ in }) { _, _ in } }
    await close(listener)
    await close(listener)
  }

  @Test func nobodyListensIsTold() throws {
    let folder = try Folder()
    let address = try folder.address()
    let missing = #expect(throws: SocketError.self) { _ = try Descriptor.connect(to: address) }
    #expect(missing?.kind == .notListening)
    #expect(leaveStaleSocket(address.path))
    let stale = #expect(throws: SocketError.self) { _ = try Descriptor.connect(to: address) }
    #expect(stale?.kind == .notListening)
    #expect(stale?.message.contains(address.path) == true)
  }

  /// In a process of its own, whose limit it lowers: who connects when there is no descriptor left waits, at no cost, and
  /// is accepted when there is one again.
  @Test func withoutDescriptorsOthersWait() async {
    await #expect(processExitsWith: .success) { try await Self.acceptWithoutDescriptors() }
  }

  private final class Kept: Sendable {
    let descriptor: Descriptor
    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  }

  private static func acceptWithoutDescriptors() async throws {
    let queue = DispatchQueue(label: "test.listener")
    let folder = try Folder()
    let address = try folder.address()
    let listener = try SocketListener(binding: address, queue: queue)
    // The event loop has its own descriptors from the start, as a daemon's has.
    await withCheckedContinuation { done in
      queue.asyncAfter(deadline: .now() + .milliseconds(1)) { done.resume() }
    }
    let callers = try (0..<20).map { _ in Kept(try Descriptor.connect(to: address)) }
    let free = lfm_socket_open()
    Glibc.close(free)
    var limit = rlimit(rlim_cur: rlim_t(free) + 6, rlim_max: rlim_t(free) + 6)
    let failed = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    try #require(failed == 0)

    let accepted = Mutex<(count: Int, kept: [Kept]?)>((0, []))
    let problems = Mutex<[SocketError]>([])
    let begun = ContinuousClock.now
    queue.async {
      listener.start(problem: { problem in problems.withLock { $0.append(problem) } }) { peer, _ in
        let peer = Kept(peer)
        accepted.withLock { accepted in
          accepted.count += 1
          accepted.kept?.append(peer)
        }
      }
    }
    try await eventually("five refusals") { problems.withLock { $0.count } >= 5 }
    // Between two of them it rests; without that, five are a matter of microseconds.
    #expect(begun.duration(to: .now) >= .milliseconds(350))
    #expect(problems.withLock { $0.allSatisfy { $0.message.contains("accept") } })
    #expect((1..<callers.count).contains(accepted.withLock { $0.count }))
    // Whoever is accepted from here on leaves at once.
    accepted.withLock { $0.kept = nil }
    try await eventually("all are accepted") { accepted.withLock { $0.count } == callers.count }
  }
}
