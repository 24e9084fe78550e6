import Foundation
import LFMCheckpoint
import LFMModel
import Testing

/// What `lfmctl inspect --context` and `lfmd memory` say of the demo model.
@Suite struct MemoryCommandTests {
  private func run(_ name: String, _ arguments: [String]) throws -> (Outcome, [String: Any]?) {
    let outcome = try RunningProgram(name, arguments).wait()
    return (outcome, try? JSONSerialization.jsonObject(with: outcome.output) as? [String: Any])
  }

  @Test(arguments: ["f32", "f16", "i16", "q8"])
  func inspectTellsTheMemoryOfAContext(_ kv: String) throws {
    let (outcome, report) = try run(
      "lfmctl",
      ["inspect", Built.model, "--no-tensors", "--json", "--context", "1000", "--kv", kv])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let memory = try #require(report?["memory"] as? [String: Any])
    let sequence = try #require(memory["sequence_bytes"] as? [String: Int])
    let h = try Hyperparameters(Checkpoint(path: Built.model))
    #expect(sequence["f32"] == h.stateBytes(contextLength: 1000, element: .float32))
    #expect(sequence["f16"] == h.stateBytes(contextLength: 1000, element: .float16))
    #expect(sequence["i16"] == h.stateBytes(contextLength: 1000, element: .int16))
    #expect(sequence["q8"] == h.stateBytes(contextLength: 1000, element: .bytes))
    let parts = try [
      #require(memory["program_bytes"] as? Int), #require(memory["computing_bytes"] as? Int),
      #require(sequence[kv]),
    ]
    #expect(memory["private_bytes"] as? Int == parts.reduce(0, +))
  }

  @Test func whatCannotBeIsRefused() throws {
    #expect(try run("lfmctl", ["inspect", Built.model, "--context", "0"]).0.status != 0)
    #expect(try run("lfmctl", ["inspect", Built.model, "--context", "99999999"]).0.status != 0)
    #expect(try run("lfmctl", ["inspect", Built.model, "--kv", "q8"]).0.status == 64)
    let text = try run("lfmctl", ["inspect", Built.model, "--no-tensors", "--context", "64"]).0.text
    #expect(text.contains("private in all"))
  }
}
