// What `lfmctl inspect` shows to people. Names and texts come from the file: they must not steer the terminal.

import LFMCheckpoint
import LFMLanguage

struct InspectTable {
  private let report: InspectReport

  init(_ report: InspectReport) { self.report = report }

  /// - Parameter more: text that goes before the warnings.
  func text(metadata: Bool, tensors: Bool, more: String?) -> String {
    var sections = [Self.lines(head)]
    func add(_ title: String, _ rows: [[String]], right: Set<Int> = []) {
      if !rows.isEmpty { sections.append(title + "\n" + Self.columns(rows, right: right)) }
    }
    add("Hyperparameters", hyperparameters)
    add("Tokenizer", tokenizer)
    add("Chat template", [[template]])
    add("Tensors by type", types, right: [1, 2])
    add("Memory", memory)
    add("Keys and values of one sequence, by how they are stored", sequences, right: Set(0...9))
    if let more { sections.append(more) }
    if metadata { add("Metadata", entries) }
    if tensors { add("Tensors", tensorRows, right: [3, 4]) }
    add("Warnings", report.warnings.map { [CheckpointError.printable($0, limit: 1000)] })
    return sections.joined(separator: "\n")
  }

  private static func lines(_ lines: [String]) -> String {
    lines.map { $0 + "\n" }.joined()
  }

  /// Rows with their cells one below the other, two spaces between, indented.
  ///
  /// - Parameter right: the columns whose cells end together.
  static func columns(_ rows: [[String]], right: Set<Int> = []) -> String {
    var widths: [Int] = []
    for row in rows {
      for (index, cell) in row.enumerated() {
        if index == widths.count { widths.append(0) }
        // What comes last in a row moves nothing.
        if index < row.count - 1 || right.contains(index) {
          widths[index] = max(widths[index], cell.count)
        }
      }
    }
    return rows.map { row in
      let cells = row.enumerated().map { index, cell in
        let gap = String(repeating: " ", count: max(0, widths[index] - cell.count))
        return right.contains(index) ? gap + cell : index == row.count - 1 ? cell : cell + gap
      }
      let line = "  " + cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
  }

  private var head: [String] {
    let checkpoint = report.checkpoint
    let name = (try? checkpoint.metadata.string("general.name")).map {
      ": " + CheckpointError.printable($0)
    }
    let architecture = (try? checkpoint.architecture()).map { CheckpointError.printable($0) }
    let files = checkpoint.parts.count
    var parameters = "\(checkpoint.parameterCount.grouped) parameters"
    if let touched = report.survey?["parameters_per_token"]?.number, touched > 0 {
      parameters += ", \(touched.grouped) of them for a token"
    }
    return [
      CheckpointError.printable(checkpoint.path, limit: 4096) + (name ?? ""),
      "\(architecture ?? "no architecture"), GGUF version \(checkpoint.version), "
        + "\(checkpoint.fileSize.bytes)\(files > 1 ? " in \(files) files" : ""), "
        + "\(checkpoint.tensors.count) tensors"
        + (checkpoint.hasTensorData ? "" : " (metadata only: the data of no tensor)"),
      parameters,
    ]
  }

  // MARK: sections

  private var tokenizer: [[String]] {
    guard let tokenizer = report.tokenizer else { return [] }
    func text(_ token: InspectTokenizer.SpecialToken) -> String {
      "\(token.id) \(CheckpointError.printable(token.text))"
    }
    let kinds = tokenizer.kinds.map { "\($0.count.grouped) \($0.name)" }
    let shown = tokenizer.special.prefix(16).map(text)
    let rest = tokenizer.special.count - shown.count
    let beginning = tokenizer.beginning.map {
      text($0) + (tokenizer.addsBeginning ? ", before plain text" : "")
    }
    return [
      ["kind", "\(tokenizer.model), pre-tokenizer \(tokenizer.preTokenizer)"],
      ["tokens", "\(tokenizer.tokens.grouped): \(kinds.joined(separator: ", "))"],
      ["merges", tokenizer.merges.grouped],
      ["begins a text", beginning ?? "-"],
      ["ends a turn", tokenizer.end.map(text) ?? "-"],
      ["padding", tokenizer.padding.map(text) ?? "-"],
      ["ends generation", tokenizer.endOfGeneration.map(text).joined(separator: ", ")],
      [
        "special",
        shown.joined(separator: ", ") + (rest > 0 ? ", and \(rest) more (--json lists all)" : ""),
      ],
    ]
  }

  private var template: String {
    switch report.template {
    case .known(let family): "family \(family.rawValue)"
    case .unknown(let sha256): "of no family that is known: sha256 \(sha256)"
    case .missing: "none"
    }
  }

  private var types: [[String]] {
    report.checkpoint.typeTotals.map {
      [
        $0.type.name, $0.tensors.grouped, $0.bytes.bytes,
        $0.type.isSupported ? "" : "not computed with",
      ]
    }
  }

  private var entries: [[String]] {
    report.checkpoint.metadata.entries.map {
      guard case .array(let array) = $0.value else {
        return [CheckpointError.printable($0.key), $0.value.summary]
      }
      return [CheckpointError.printable($0.key), $0.value.summary + " " + array.preview]
    }
  }

  private var tensorRows: [[String]] {
    let isSplit = report.checkpoint.parts.count > 1
    return report.checkpoint.tensors.map {
      [
        CheckpointError.printable($0.name), $0.type.name, $0.shapeDescription,
        $0.byteRange.count.bytes, "at \($0.byteRange.lowerBound)",
      ] + (isSplit ? ["of file \($0.part + 1)"] : [])
    }
  }
}

// MARK: what lfmd says

extension InspectTable {
  private var hyperparameters: [[String]] {
    guard let h = report.survey?["hyperparameters"] else { return [] }
    func whole(_ key: String) -> Int { h[key]?.number ?? 0 }
    func list(_ key: String) -> [Int] { h[key]?.items.compactMap(\.number) ?? [] }
    let attention = list("attention_layers")
    let keyValue = Set(list("key_value_heads")).sorted().map(String.init)
    let experts = whole("experts")
    let places = attention.map(String.init).joined(separator: " ")
    return [
      [
        "layers",
        "\(whole("layers")): \(whole("convolution_layers")) of short convolution, \(attention.count) "
          + "of attention\(attention.isEmpty ? "" : " (\(places))")",
      ],
      ["hidden size", "\(whole("hidden"))"],
      [
        "heads",
        "\(whole("heads")) of \(whole("head_dimension")), for keys and values "
          + (keyValue.isEmpty ? "none" : keyValue.joined(separator: " or ")),
      ],
      ["feed-forward", "\(whole("feed_forward")) in \(whole("dense_layers")) dense layers"],
      [
        "experts",
        experts == 0
          ? "none"
          : "\(experts) of \(whole("expert_feed_forward")), \(whole("experts_per_token")) for a token",
      ],
      ["convolution", "\(whole("convolution_taps")) taps"],
      ["rotary base", h["rope_base"]?.serialized ?? ""],
      ["norm epsilon", h["norm_epsilon"]?.serialized ?? ""],
      ["vocabulary", whole("vocabulary").grouped],
      ["context", "\(whole("context_length").grouped) tokens"],
    ]
  }

  private var memory: [[String]] {
    guard let needs = report.survey?["needs"] else { return [] }
    func bytes(_ key: String) -> String { needs[key]?.number?.bytes ?? "-" }
    let threads = needs["threads"]?.number ?? 0
    return [
      ["weights", "\(bytes("weights_bytes")), mapped"],
      [
        "prepared file",
        needs["prepared_file_bytes"]?.number.map { "\($0.bytes), mapped too" } ?? "none",
      ],
      ["program", "\(bytes("program_bytes")) at most"],
      [
        "computing",
        "\(bytes("computing_bytes")) with \(threads) threads and kernels \(needs["instruction_set"]?.text ?? "")",
      ],
      ["convolutions", "\(bytes("convolution_bytes")) a sequence"],
    ]
  }

  private var sequences: [[String]] {
    guard let needs = report.survey?["needs"], let contexts = needs["contexts"]?.items,
      case .object(let first)? = contexts.first?["kv_bytes"]
    else { return [] }
    let kinds = first.members.map(\.key)
    let usual = needs["kv"]?.text ?? ""
    return [["tokens"] + kinds + ["private in all (\(usual))"]]
      + contexts.map { context in
        [context["context"]?.number?.grouped ?? ""]
          + kinds.map { context["kv_bytes"]?[$0]?.number?.bytes ?? "" }
          + [context["private_bytes"]?.number?.bytes ?? ""]
      }
  }
}
