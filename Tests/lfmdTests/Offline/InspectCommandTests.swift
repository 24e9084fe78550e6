import Foundation
import LFMCheckpoint
import LFMModel
import Testing

/// `lfmctl inspect` with the `lfmd` beside it, on the demo model and on files with something wrong.
@Suite struct InspectCommandTests {
  private func inspect(_ arguments: [String]) throws -> (Outcome, [String: Any]) {
    let outcome = try RunningProgram("lfmctl", ["inspect"] + arguments).wait()
    let json = try? JSONSerialization.jsonObject(with: outcome.output)
    return (outcome, json as? [String: Any] ?? [:])
  }

  @Test func theDemoModelAsJSON() throws {
    let (outcome, report) = try inspect([Built.model, "--json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let checkpoint = try Checkpoint(path: Built.model)
    let h = try Hyperparameters(checkpoint)
    #expect(report["warnings"] as? [String] == [])
    #expect(report["architecture"] as? String == "lfm2moe")
    #expect(report["parameters"] as? Int == checkpoint.parameterCount)
    let touched = try #require(report["parameters_per_token"] as? Int)
    #expect(touched == ModelSurvey(checkpoint).parametersPerToken)
    let found = try #require(report["hyperparameters"] as? [String: Any])
    #expect(found["layers"] as? Int == h.layers && found["hidden"] as? Int == h.hidden)
    #expect(found["key_value_heads"] as? [Int] == h.keyValueHeads)
    #expect(found["norm_epsilon"] as? Double == 1e-05)
    #expect((report["tensors"] as? [Any])?.count == checkpoint.tensors.count)
    #expect((report["metadata"] as? [String: Any])?["general.name"] as? String == "lfmd-demo")
    let needs = try #require(report["needs"] as? [String: Any])
    #expect(
      needs["weights_bytes"] as? Int == checkpoint.tensors.reduce(0) { $0 + $1.byteRange.count })
    let contexts = try #require(needs["contexts"] as? [[String: Any]])
    #expect(contexts.map { $0["context"] as? Int } == [h.contextLength])
    let kv = try #require(contexts[0]["kv_bytes"] as? [String: Int])
    let columns = try #require(needs["convolution_bytes"] as? Int)
    #expect(
      try #require(kv["f16"]) + columns
        == h.stateBytes(contextLength: h.contextLength, element: .float16))
  }

  @Test func theDemoModelForPeople() throws {
    let outcome = try inspect([Built.model]).0
    #expect(outcome.status == 0)
    for words in [
      "of them for a token", "\nHyperparameters\n", "\nMemory\n", "family lfm2.5-8b-a1b",
      "4 of short convolution, 4 of attention (2 4 5 7)",
    ] {
      #expect(outcome.text.contains(words), "\(words)")
    }
    #expect(!outcome.text.contains("Warnings") && !outcome.text.contains("blk.0."))
    #expect(try inspect([Built.model, "--tensors"]).0.text.contains("blk.0.ffn_up.weight"))
  }

  /// Files that cannot be served are described all the same, with everything that is wrong with them.
  @Test func whatCannotBeServedSaysSo() throws {
    let whole = try Data(contentsOf: URL(filePath: Built.model))
    let folder = FileManager.default.temporaryDirectory.appending(path: "inspect-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func changed(_ old: String, _ new: String) throws -> String {
      var bytes = whole
      let place = try #require(bytes.firstRange(of: Data(old.utf8)))
      bytes.replaceSubrange(place, with: Data(new.utf8))
      let file = folder.appending(path: "changed.gguf")
      try bytes.write(to: file)
      return file.path
    }
    var (outcome, report) = try inspect([try changed("blk.3.ffn_norm", "blk.9.ffn_norm"), "--json"])
    #expect(outcome.status == 0)
    var warnings = try #require(report["warnings"] as? [String])
    #expect(warnings.contains { $0.contains("blk.3.ffn_norm.weight is missing (256)") })
    #expect(warnings.contains("One tensor is of no use to the model."))
    (outcome, report) = try inspect([try changed("lfm2moe", "llamaXX"), "--json"])
    warnings = try #require(report["warnings"] as? [String])
    #expect(outcome.status == 0 && report["hyperparameters"] is NSNull)
    #expect(warnings.contains { $0.contains("\"llamaXX\"") })
  }

  @Test func whatIsNoCheckpointIsRefused() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "no-\(UUID()).gguf")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data("GGUX".utf8).write(to: file)
    let bad = try inspect([file.path]).0
    #expect(bad.status == 65 && bad.errors.contains(file.path))
    let missing = try inspect([file.path + "x"]).0
    #expect(missing.status == 66 && missing.errors.contains("No such file"))
  }
}
