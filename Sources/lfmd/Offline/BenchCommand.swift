// `lfmd bench`: how fast this machine computes this model. `lfmctl bench` hands over to it.

import ArgumentParser
import LFMCheckpoint
import LFMModel

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lfmd bench",
    abstract: "Measure how fast this machine computes a model, without a daemon.",
    discussion: """
      Tests are named as llama-bench names them: pp512 is a prompt of 512 tokens, tg128 a decode of 128, @d4096 either \
      with 4096 tokens before; tg32x4 decodes four sequences together, pp512+4 is a step of a prompt's chunk with four \
      decoding sequences. Rates are tokens per second, of all sequences together. Tokens are random, so the choice of \
      experts is that of random text. A decode makes what a sampler with the usual settings needs of the logits; nothing \
      is sampled.

      With --probe, a plain reader takes the same weights with the same threads before and after every 0.4 s of a decode, \
      which is then given as a share of the reader's rate (bytes of the file's tensors that a token needs, and of keys \
      and values). Before and after every prefill a loop of 8-bit products runs in registers, and the prefill is given \
      as a share of its rate (products of a token's matrices; those of the attention and of the head are not counted).
      """)

  @OptionGroup var compute: ComputeOptions
  @OptionGroup var tests: BenchTests

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Measurements of each test.", valueName: "n"))
  var repetitions = 5

  @Option(help: ArgumentHelp("Seed of the random tokens.", valueName: "n"))
  var seed: UInt64 = 1

  @Flag(help: "Measure what the machine can give beside each repetition.")
  var probe = false

  @Flag(help: "Do without the run of each test before it is measured.")
  var noWarmUp = false

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Print comma-separated values.")
  var csv = false

  func validate() throws {
    if json, csv { throw ValidationError("--json and --csv exclude each other") }
    guard (1...10_000).contains(repetitions) else {
      throw ValidationError("--repetitions must be from 1 to 10000")
    }
  }

  func run() throws {
    try reportingFailures {
      let checkpoint = try compute.checkpoint()
      let tests = tests.tests(chunk: compute.rows)
      let (model, weights) = try compute.model(
        on: checkpoint, rows: tests.map { $0.rows(chunk: compute.rows) }.max() ?? 1)
      try check(tests, contextLength: model.hyperparameters.contextLength)
      let kv = compute.keyValueType(model)
      let setting = BenchSetting(
        checkpoint, model, weights, kv: kv.rawValue, rows: compute.rows, probes: probe)
      let machine = try BenchMachine(
        model, tests: tests, chunk: compute.rows, kv: kv.element,
        allLogits: self.tests.allLogits, seed: seed)
      let workload = Workload(
        checkpoint, model.hyperparameters, element: kv.element)
      try run(tests, machine, workload, setting)
    }
  }

  private func check(_ tests: [BenchTest], contextLength: Int) throws {
    for test in tests where test.depth + test.longest > contextLength {
      throw StartFailure(
        Exit.dataError,
        "\(test.name) needs \(test.depth + test.longest) positions, but the model has \(contextLength)"
      )
    }
  }

  private func run(
    _ tests: [BenchTest], _ machine: BenchMachine, _ workload: Workload, _ setting: BenchSetting
  ) throws {
    let format: BenchFormat = json ? .json : csv ? .csv : .table
    var progress = ProgressOutput()
    var results: [BenchResult] = []
    ResultOutput.write(format.head(setting))
    for (index, test) in tests.enumerated() {
      let place = "[\(index + 1)/\(tests.count)] \(test.name)"
      let result = try measure(test, machine, workload, place, &progress)
      progress.clear()
      ResultOutput.write(format.line(result, probes: probe))
      results.append(result)
    }
    ResultOutput.write(format.foot(setting, results))
  }

  private func measure(
    _ test: BenchTest, _ machine: BenchMachine, _ workload: Workload, _ place: String,
    _ progress: inout ProgressOutput
  ) throws -> BenchResult {
    var result = BenchResult(test: test, workload: workload)
    var seed: UInt64 = 0
    for repetition in (noWarmUp ? 1 : 0)...repetitions {
      let states = try machine.sequences(for: test) { done, total in
        progress.show("\(place): filling the depth, \(done) of \(total) tokens")
      }
      progress.show(
        "\(place): "
          + (repetition == 0 ? "warming up" : "repetition \(repetition) of \(repetitions)"))
      if repetition == 0 {
        _ = try machine.run(test, states)
        continue
      }
      let run = try machine.run(test, states) {
        probe ? limit(of: test, machine.model, &seed) : nil
      }
      result.append(run)
    }
    return result
  }

  /// What the machine gives a test of this kind at most. It takes about 0.05 s on two cores of 2023.
  private func limit(of test: BenchTest, _ model: Model, _ seed: inout UInt64) -> Double? {
    switch test.kind {
    case .prefill: return model.integerPeak(rounds: 150_000)
    case .decode:
      // Other experts each time.
      seed &+= 1
      return model.readingRate(passes: 2, seed: seed)
    case .mixed: return nil
    }
  }
}
