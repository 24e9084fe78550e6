import Foundation
import LFMCheckpoint
import LFMEngine
import LFMModel
import Testing

@testable import lfmd

/// The windows of a text through a model, against the same rows computed one window at a time.
@Suite struct PerplexityRunTests {
  @Test(arguments: [(4, 16), (9, 16), (32, 16), (64, 16), (64, 15), (7, 5)])
  func everyCutGivesTheSameRows(rows: Int, length: Int) throws {
    let model = try Model(
      Checkpoint(path: Built.model), options: Model.Options(threads: 2, maximumRows: 64))
    var random = RandomSource(seed: 9)
    let tokens = (0..<length * 5 + 2).map { _ in Int32.random(in: 0..<2000, using: &random) }
    let windows = TextWindows(tokens: tokens, length: length, count: 5, beginning: 1)
    var scored: [[Double]] = Array(repeating: [], count: 5)
    var order: [Int] = []
    try PerplexityRun(model, windows, rows: rows, kv: .float32).run { part in
      if order.last != part.window { order.append(part.window) }
      scored[part.window] += zip(part.rows, part.following).map { row, next in
        let logits = part.logits.row(row)
        return LogSoftmax(logits.span).surprise(of: logits[Int(next)])
      }
    }
    #expect(order == [0, 1, 2, 3, 4])
    for window in 0..<5 {
      #expect(scored[window] == (try Self.plain(model, tokens, window, length)))
    }
  }

  /// A whole window in one step, and the rows from its middle to its last but one.
  private static func plain(
    _ model: Model, _ tokens: [Int32], _ window: Int, _ length: Int
  ) throws -> [Double] {
    let own = Array(tokens[window * length..<(window + 1) * length])
    let state = model.makeSequence(in: try model.makePool(positions: length))
    let buffer = LogitsBuffer(vocabularyCount: model.hyperparameters.vocabularyCount)
    _ = try model.forward(
      [Segment(state, tokens: [1] + own.dropFirst(), logits: .all)], logits: buffer)
    return (length / 2..<length - 1).map { row in
      let logits = buffer.row(row)
      return LogSoftmax(logits.span).surprise(of: logits[Int(own[row + 1])])
    }
  }
}

/// The commands as they are installed.
@Suite struct OfflineCommandsTests {
  let folder = URL(filePath: "/tmp/lfm-\(UUID().uuidString.prefix(8))")

  @Test func benchMeasures() throws {
    let outcome = try run(
      "lfmctl",
      [
        "--model", Built.model, "bench", "--json", "--probe", "-p", "24", "-n", "3", "-b", "2",
        "--batch-tokens", "2", "--mixed", "1", "-d", "0,70", "-r", "2", "--rows", "32",
      ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any])
    let results = try #require(object["results"] as? [[String: Any]])
    #expect(
      results.compactMap { $0["test"] as? String } == [
        "pp24", "tg3", "tg2x2", "pp32+1", "pp24@d70", "tg3@d70", "tg2x2@d70", "pp32+1@d70",
      ])
    for result in results {
      let samples = try #require(result["tokens_per_second"] as? [Double])
      #expect(samples.count == 2 && samples.allSatisfy { $0 > 0 })
    }
    #expect(results[1]["share_of_reader"] is [Double])
  }

  @Test func aTableAndCommaSeparatedValuesHaveARowForEachTest() throws {
    let few = ["bench", "-m", Built.model, "-p", "4", "-n", "2", "-b", "none", "-r", "1"]
    let table = try run("lfmctl", few + ["--mixed", "none"])
    #expect(table.text.split(separator: "\n").count == 5)
    let values = try run("lfmctl", few + ["--mixed", "none", "--csv"])
    let rows = values.text.split(separator: "\n").map { $0.split(separator: ",").first }
    #expect(rows == ["test", "pp4", "tg2"])
  }

  @Test func divergenceFromOneselfIsNothing() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let text = folder.appending(path: "text").path
    let base = folder.appending(path: "base").path
    try String(repeating: "The river runs through the old town to the sea. ", count: 40)
      .write(toFile: text, atomically: true, encoding: .utf8)
    let flags = ["perplexity", "--model", Built.model, "--json", "--isa", "exact"]
    let saved = try run("lfmctl", flags + ["-f", text, "-c", "32", "--save-logits", base])
    #expect(saved.status == 0, "\(saved.errors)")
    let compared = try run("lfmctl", flags + ["--kl-divergence", base])
    #expect(compared.status == 0, "\(compared.errors)")
    let perplexities = try [saved, compared].map { try value($0, "perplexity") }
    #expect(abs(perplexities[0] / perplexities[1] - 1) < 1e-5)
    #expect(try abs(value(compared, "kl_divergence")) < 1e-4)
    #expect(try value(compared, "same_top") > 0.98)
  }

  @Test func mistakesHaveTheirExitCodes() throws {
    let model = ["--model", Built.model]
    #expect(try run("lfmctl", ["bench"]).status == 64)
    #expect(try run("lfmctl", ["bench"] + model + ["-d", "99999"]).status == 65)
    #expect(try run("lfmctl", ["bench", "--model", "/nowhere"]).status == 66)
    #expect(try run("lfmctl", ["bench"] + model + ["--isa", "abacus"]).status == 78)
    #expect(try run("lfmctl", ["perplexity"] + model).status == 64)
    #expect(try run("lfmctl", ["perplexity"] + model + ["-f", "/nowhere"]).status == 66)
    #expect(try run("lfmctl", ["perplexity"] + model + ["-f", "/dev/null"]).status == 65)
    let other = ["perplexity"] + model + ["--kl-divergence", Built.model]
    #expect(try run("lfmctl", other).status == 65)
  }

  private func run(_ program: String, _ arguments: [String]) throws -> Outcome {
    try RunningProgram(program, arguments).wait(seconds: 120)
  }

  /// A number of a report, or the value of one with an error.
  private func value(_ outcome: Outcome, _ key: String) throws -> Double {
    let object = try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any]
    let estimate = try #require(object?[key] as? [String: Any])
    return try #require(estimate["value"] as? Double)
  }
}
