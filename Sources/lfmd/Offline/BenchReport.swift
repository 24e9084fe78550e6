// What `lfmd bench` prints: a table for people, CSV or JSON for programs.

import LFMLanguage
import LFMModel

/// What was measured of one test.
struct BenchResult {
  let test: BenchTest
  let workload: Workload
  /// Of each repetition, in seconds.
  var seconds: [Double] = []
  /// Beside each repetition of a decode, with probes: bytes per second of a plain reader, over its slices.
  var readerRates: [Double] = []
  /// The same of a prefill: 8-bit multiply-accumulates per second at most.
  var integerRates: [Double] = []

  /// Tokens per second, all sequences together.
  var rates: Sample { Sample(seconds.map { Double(test.tokens) / max($0, 1e-9) }) }

  /// Bytes that a decode reads for one step, on average over the test; `nil` for others.
  var bytesPerStep: Double? { bytesPerStep(0..<test.longest) }

  private func bytesPerStep(_ steps: Range<Int>) -> Double? {
    guard case .decode(_, let sequences) = test.kind else { return nil }
    let before = Double(steps.lowerBound + steps.upperBound - 1) / 2
    return workload.bytesPerStep(rows: sequences, depth: Double(test.depth) + before)
  }

  /// Takes in another repetition.
  mutating func append(_ run: BenchRun) {
    seconds.append(run.seconds)
    let limit = run.limit { Double($0.count) * (bytesPerStep($0) ?? 1) }
    guard let limit else { return }
    switch test.kind {
    case .prefill: integerRates.append(limit)
    case .decode: readerRates.append(limit)
    case .mixed: break
    }
  }

  /// What a decode takes of the plain reader's rate, in each repetition: the time that its bytes would have taken the
  /// reader, slice by slice, in the time that they took.
  var readerShares: Sample? {
    guard let bytesPerStep, !readerRates.isEmpty else { return nil }
    let steps = Double(test.longest)
    return Sample(
      zip(seconds, readerRates).map { steps * bytesPerStep / max($0, 1e-9) / max($1, 1) })
  }

  /// What a prefill takes of the integer peak, the products of the attention and of the head left out; `nil` for
  /// others.
  var integerShares: Sample? {
    guard case .prefill(let tokens) = test.kind, !integerRates.isEmpty else { return nil }
    return Sample(
      zip(seconds, integerRates).map {
        Double(tokens) * workload.productsPerToken / max($0, 1e-9) / max($1, 1)
      })
  }
}

/// The form of the output.
enum BenchFormat {
  case table
  case csv
  case json

  /// What stands before the results.
  func head(_ setting: BenchSetting) -> String {
    switch self {
    case .table:
      setting.lines
        + Self.row(
          ["test", "tokens/s", "median"]
            + (setting.probes ? ["reader GB/s", "of reader", "peak GMAC/s", "of peak"] : []))
    case .csv:
      "test,depth,sequences,tokens,mean,deviation,median,reader_bytes_per_second,share_of_reader,"
        + "peak_macs_per_second,share_of_peak,samples\n"
    case .json: ""
    }
  }

  func line(_ result: BenchResult, probes: Bool) -> String {
    let rates = result.rates
    let reader = result.readerShares
    let peak = result.integerShares
    switch self {
    case .table:
      let measured = [
        result.test.name, "\(rates.mean.fixed(2)) ± \(rates.deviation.fixed(2))",
        rates.median.fixed(2),
      ]
      guard probes else { return Self.row(measured) }
      return Self.row(
        measured + [
          reader == nil ? "" : (Sample(result.readerRates).median / 1e9).fixed(1),
          reader.map { ($0.median * 100).fixed(1) + " %" } ?? "",
          peak == nil ? "" : (Sample(result.integerRates).median / 1e9).fixed(0),
          peak.map { ($0.median * 100).fixed(1) + " %" } ?? "",
        ])
    case .csv:
      var fields = [
        result.test.name, "\(result.test.depth)", "\(result.test.sequences)",
        "\(result.test.tokens)", rates.mean.fixed(4), rates.deviation.fixed(4),
        rates.median.fixed(4),
      ]
      fields.append(reader == nil ? "" : Sample(result.readerRates).median.fixed(0))
      fields.append(reader?.median.fixed(4) ?? "")
      fields.append(peak == nil ? "" : Sample(result.integerRates).median.fixed(0))
      fields.append(peak?.median.fixed(4) ?? "")
      fields.append(rates.values.map { $0.fixed(4) }.joined(separator: ";"))
      return fields.joined(separator: ",") + "\n"
    case .json: return ""
    }
  }

  /// What stands after them.
  func foot(_ setting: BenchSetting, _ results: [BenchResult]) -> String {
    guard self == .json else { return "" }
    let results = JSONValue.array(results.map(Self.object))
    return Self.object(setting.members + [("results", results)]).serialized + "\n"
  }

  private static func object(_ result: BenchResult) -> JSONValue {
    let rates = result.rates
    var members: [(String, JSONValue)] = [
      ("test", .string(result.test.name)),
      ("depth", .integer(String(result.test.depth))),
      ("sequences", .integer(String(result.test.sequences))),
      ("tokens", .integer(String(result.test.tokens))),
      ("seconds", numbers(result.seconds)),
      ("tokens_per_second", numbers(rates.values)),
      ("mean", .float(rates.mean)), ("deviation", .float(rates.deviation)),
      ("median", .float(rates.median)),
    ]
    if let bytes = result.bytesPerStep { members.append(("bytes_per_step", .float(bytes))) }
    if let shares = result.readerShares {
      members.append(("reader_bytes_per_second", numbers(result.readerRates)))
      members.append(("share_of_reader", numbers(shares.values)))
    }
    if let shares = result.integerShares {
      members.append(("macs_per_token", .float(result.workload.productsPerToken)))
      members.append(("peak_macs_per_second", numbers(result.integerRates)))
      members.append(("share_of_peak", numbers(shares.values)))
    }
    return object(members)
  }

  private static func object(_ members: [(String, JSONValue)]) -> JSONValue {
    .object(JSONObject(members))
  }

  private static func numbers(_ values: [Double]) -> JSONValue {
    .array(values.map { .float($0.isFinite ? $0 : 0) })
  }

  private static func row(_ cells: [String]) -> String {
    let widths = [18, 18, 9, 12, 10, 12, 9]
    let padded = zip(cells, widths).enumerated().map { index, cell in
      index == 0 ? cell.0.rightPadded(to: cell.1) : cell.0.leftPadded(to: cell.1)
    }
    var line = padded.joined()[...]
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }
}
