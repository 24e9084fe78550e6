// What `lfmd perplexity` prints at its end.

import Glibc
import LFMLanguage

func exponentialOf(_ value: Double) -> Double { exp(value) }

/// The results in both forms.
struct PerplexityReport {
  var setting: BenchSetting
  var windows: TextWindows
  var seconds: Double
  /// Without a base.
  var perplexity: PerplexitySum
  /// With one.
  var divergence: DivergenceStatistics?
  /// The perplexity after each window.
  var running: [Double]

  private static let fractions = [1, 0.999, 0.99, 0.95, 0.9, 0.5, 0.1, 0.05, 0.01, 0.001, 0]
  private static let names = [
    "largest", "99.9 %", "99 %", "95 %", "90 %", "median", "10 %", "5 %", "1 %", "0.1 %",
    "smallest",
  ]

  var text: String {
    var lines = [
      Self.line("windows", "\(windows.count) of \(windows.length) tokens"),
      Self.line("scored tokens", "\(perplexity.count)"),
      Self.line("perplexity", Self.number(perplexity.perplexity, 4, 5)),
    ]
    if let divergence { lines += Self.lines(divergence) }
    return setting.lines + lines.joined(separator: "\n") + "\n"
  }

  private static func lines(_ statistics: DivergenceStatistics) -> [String] {
    [
      line("of the base", number(statistics.base.perplexity, 4, 5)),
      line("ratio", number(statistics.ratio, 6)),
      line("ln of the ratio", number(statistics.logarithmOfRatio, 6)),
      line("correlation of ln", (statistics.correlation * 100).fixed(2) + " %"),
      "",
      line("KL divergence", number(statistics.meanDivergence, 6)),
    ]
      + zip(names, statistics.divergencePercentiles(fractions)).map { line("  \($0)", $1.fixed(6)) }
      + [
        "",
        line("difference of p", percent(statistics.meanDifference)),
        line("  root mean square", percent(statistics.rootMeanSquareDifference)),
      ]
      + zip(names, statistics.differencePercentiles(fractions)).map {
        line("  \($0)", ($1 * 100).fixed(3) + " %")
      }
      + [line("same top token", percent(statistics.sameTopShare))]
  }

  var json: String {
    var members: [(String, JSONValue)] =
      setting.members + [
        ("window", .integer(String(windows.length))),
        ("windows", .integer(String(windows.count))),
        ("scored_tokens", .integer(String(perplexity.count))),
        ("seconds", Self.json(seconds)),
        ("perplexity", Self.json(perplexity.perplexity)),
        ("running", .array(running.map(Self.json))),
      ]
    if let divergence {
      members += [
        ("base_perplexity", Self.json(divergence.base.perplexity)),
        ("ratio", Self.json(divergence.ratio)),
        ("ln_ratio", Self.json(divergence.logarithmOfRatio)),
        ("correlation", Self.json(divergence.correlation)),
        ("kl_divergence", Self.json(divergence.meanDivergence)),
        ("kl_divergence_percentiles", Self.json(divergence.divergencePercentiles)),
        ("p_difference", Self.json(divergence.meanDifference)),
        ("p_difference_rms", Self.json(divergence.rootMeanSquareDifference)),
        ("p_difference_percentiles", Self.json(divergence.differencePercentiles)),
        ("same_top", Self.json(divergence.sameTopShare)),
      ]
    }
    return JSONValue.object(JSONObject(members)).serialized + "\n"
  }

  private static func line(_ name: String, _ value: String) -> String {
    name.rightPadded(to: 20) + value
  }

  private static func number(_ estimate: Estimate, _ places: Int, _ more: Int? = nil) -> String {
    "\(estimate.value.fixed(places)) ± \(estimate.error.fixed(more ?? places))"
  }

  private static func percent(_ estimate: Estimate) -> String {
    "\((estimate.value * 100).fixed(3)) ± \((estimate.error * 100).fixed(3)) %"
  }

  private static func json(_ value: Double) -> JSONValue { value.isFinite ? .float(value) : .null }

  private static func json(_ estimate: Estimate) -> JSONValue {
    .object(JSONObject([("value", json(estimate.value)), ("error", json(estimate.error))]))
  }

  private static func json(_ percentiles: ([Double]) -> [Double]) -> JSONValue {
    .object(
      JSONObject(zip(fractions, percentiles(fractions)).map { ("\($0 * 100)", json($1)) }))
  }
}
