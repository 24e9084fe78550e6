import LFMGeneration
import LFMLanguage
import Testing

struct ToolCallReaderTests {
  /// Texts that follow each other are one.
  static func events(_ pieces: [String], tools: [ToolDeclaration]? = nil) -> [ToolCallEvent] {
    var reader = ToolCallReader(tools: tools)
    var events: [ToolCallEvent] = []
    func add(_ more: [ToolCallEvent]) {
      for event in more {
        if case .text(let piece) = event {
          #expect(!piece.isEmpty)
          if case .text(let previous) = events.last {
            events[events.count - 1] = .text(previous + piece)
            continue
          }
        }
        events.append(event)
      }
    }
    for piece in pieces { add(reader.consume(piece)) }
    add(reader.finish())
    #expect(reader.finish().isEmpty)
    checkArguments(events)
    return events
  }

  /// The pieces of a call's arguments, since it began last, are its arguments.
  private static func checkArguments(_ events: [ToolCallEvent]) {
    var pieces: [Int: String] = [:]
    for event in events {
      switch event {
      case .text, .rejected: break
      case .began(let index, _): pieces[index] = ""
      case .arguments(let index, let json): pieces[index, default: "?"] += json
      case .completed(let index, let call):
        #expect(pieces[index] == call.argumentsText.text)
      }
    }
  }

  /// The calls between markers, as `name{arguments}`; what was rejected as `!text`, text as `"text`.
  static func read(_ body: String) -> [String] { all(start + body + end) }

  static func all(_ text: String, tools: [ToolDeclaration]? = nil) -> [String] {
    events([text], tools: tools).compactMap { event in
      switch event {
      case .text(let text): "\"" + text
      case .began, .arguments: nil
      case .completed(_, let call): call.name + call.argumentsText.text
      case .rejected(_, let text, _): "!" + text
      }
    }
  }

  static let start = "<|tool_call_start|>"
  static let end = "<|tool_call_end|>"

  @Test(arguments: [
    ("f()", ["f{}"]), ("[]", []), ("[ ]", []), ("", []),
    ("[a(x=1), b(y=2)]", [#"a{"x": 1}"#, #"b{"y": 2}"#]), ("a(x=1), b()", [#"a{"x": 1}"#, "b{}"]),
    ("a(x=1)\nb()", [#"a{"x": 1}"#, "b{}"]), ("[a(x=1),]", [#"a{"x": 1}"#]),
    ("[A.B.generate(a_1=1)]", [#"A.B.generate{"a_1": 1}"#]),
    ("[get-time (a = 1 ,)]", [#"get-time{"a": 1}"#]),
    (
      "[f(a=True, b=false, c=None, d={'e': [null, true]})]",
      [#"f{"a": true, "b": false, "c": null, "d": {"e": [null, true]}}"#]
    ),
    (
      "[f(a={'x', 'y'}, b=(800, 600), c=(1), d=(1,), e=(), g={})]",
      [#"f{"a": ["x", "y"], "b": [800, 600], "c": 1, "d": [1], "e": [], "g": {}}"#]
    ),
    // Numbers.
    (
      "[f(a=-74.0046539, b=+7, c=07, d=-0, e=1_000, g=.5, h=5., i=1e5, j=0x1F, k=-0.0)]",
      [
        #"f{"a": -74.0046539, "b": 7, "c": 7, "d": 0, "e": 1000, "g": 0.5, "h": 5.0, "i": 100000.0, "j": 31, "k": -0.0}"#
      ]
    ),
    (
      "[f(a=123456789012345678901234567890123456789)]",
      [#"f{"a": 123456789012345678901234567890123456789}"#]
    ),
    // Strings.
    (
      #"[f(a='Martha\'s', b="it's", c='say "x"')]"#,
      [#"f{"a": "Martha's", "b": "it's", "c": "say \"x\""}"#]
    ),
    (
      #"[f(a='\n\t\\', b='\x41\u00e9\U0001F600\101', c="\d\/")]"#,
      [#"f{"a": "\n\t\\", "b": "Aé😀A", "c": "\\d\\/"}"#]
    ),
    (#"[f(a="\ud83d\ude00", b='')]"#, [#"f{"a": "😀", "b": ""}"#]),
    (
      "[f(a='x\ny', b='''it's\n\"''', c=\"\"\"\"x\"\"\")]",
      [#"f{"a": "x\ny", "b": "it's\n\"", "c": "\"x"}"#]
    ),
    (
      #"[f(a='x' "y", b=r'\d', c=f'{{x}}', d=u'z')]"#,
      [#"f{"a": "xy", "b": "\\d", "c": "{x}", "d": "z"}"#]
    ),
    ("[f(a='f(x=', b='a, b=2)]', c='[')]", [#"f{"a": "f(x=", "b": "a, b=2)]", "c": "["}"#]),
    // Names of arguments.
    ("[f(from=1, class='x', été=2)]", [#"f{"from": 1, "class": "x", "été": 2}"#]),
    ("[f(**{'a b': 1}, c=2)]", [#"f{"a b": 1, "c": 2}"#]),
    ("[f(a={1: 'x'})]", [#"f{"a": {"1": "x"}}"#]),
    // JSON.
    (#"[{"name": "f", "arguments": {"a": 1}}]"#, [#"f{"a": 1}"#]),
    (#"{"name": "f", "parameters": {"a": "\/\u0041\ud83d\ude00"}}"#, [#"f{"a": "/A😀"}"#]),
    (#"{"type":"function","function":{"name":"f","arguments":"{\"a\": [1]}"}}"#, [#"f{"a": [1]}"#]),
    (#"[{"name": "f"}, g(a=1)]"#, ["f{}", #"g{"a": 1}"#]),
    (#"{"id": "c", "index": 0, "type": "function", "function": {"name": "f"}}"#, ["f{}"]),
    (
      #"{"type": "function_call", "id": 7, "name": "f", "arguments": "{\"a\": 1}"}"#,
      [#"f{"a": 1}"#]
    ),
    (#"{"name": "f", "index": null, "arguments": null}"#, ["f{}"]),
  ])
  func wellWritten(body: String, calls: [String]) {
    #expect(Self.read(body) == calls)
  }

  /// Quotes inside of strings that are not escaped: read where there is one way, refused where there are more.
  @Test(arguments: [
    ("[f(a='sed -n '1,5p' x')]", [#"f{"a": "sed -n '1,5p' x"}"#]),
    ("[f(a='echo 'x'', b=5)]", [#"f{"a": "echo 'x'", "b": 5}"#]),
    ("[f(a=\"he said \"no\"\", b=[1, 2])]", [#"f{"a": "he said \"no\"", "b": [1, 2]}"#]),
    ("[f(a=['it's'])]", [#"f{"a": ["it's"]}"#]),
    ("[ok(), f(a=['it's', 'so'])]", ["ok{}", "!f(a=['it's', 'so'])"]),
    ("[f(a={'k': 'it's'}), g()]", [#"f{"a": {"k": "it's"}}"#, "g{}"]),
    ("[f(a='x 'y'), g(b='p 'q')]", [#"f{"a": "x 'y"}"#, #"g{"b": "p 'q"}"#]),
    ("[f(a='it's'), g(b='h(), i(1)')]", [#"f{"a": "it's"}"#, #"g{"b": "h(), i(1)"}"#]),
    (#"[{"name": "f", "arguments": {"a": "say "x" now"}}]"#, [#"f{"a": "say \"x\" now"}"#]),
    ("[ok(a=1), f(a='x 'y', b='c')]", [#"ok{"a": 1}"#, "!f(a='x 'y', b='c')"]),
    // The likely reading is refused; that leaves no other the only one.
    (
      #"[{"name": "f", "x": "b" c", "arguments": {}}, g()]"#,
      [#"!{"name": "f", "x": "b" c", "arguments": {}}"#, "g{}"]
    ),
  ])
  func unescapedQuotes(body: String, calls: [String]) {
    #expect(Self.read(body) == calls)
  }

  /// One call that cannot be read costs its neighbours nothing; alone, the block stays as it was written.
  @Test(arguments: [
    "f('Paris', unit='c')", "f(1)", "f(a=1e999)", "f(a=nan)", "f(a=b'z')", "f(a=f'{x}')",
    "f(a=celsius)",
    "f(a=g(1))", "f(a=1, a=2)", "f(**[1])", "f(*[1])", "f(a={'x': 1, 'x': 2})", "f(a={None: 1})",
    #"f(a='\ud800')"#, "f(a=1+2)", "f(a=)", "f(a=1j)", #"{"name": "f", "arguments": [1]}"#,
    #"{"arguments": {}}"#,
    #"{"name": "f", "arguments": {}, "parameters": {}}"#,
    "f(a=\(String(repeating: "[", count: 100) + String(repeating: "]", count: 100)))",
  ])
  func refused(call: String) {
    #expect(Self.read("[ok(a=1), \(call), ok()]") == [#"ok{"a": 1}"#, "!" + call, "ok{}"])
    let whole = Self.all("x" + Self.start + "[" + call + "]" + Self.end + "y")
    // The end marker may have come as text of its own.
    #expect(
      whole.map { $0.dropFirst() }.joined() == "x" + Self.start + "[" + call + "]" + Self.end + "y")
    #expect(whole.contains { $0.hasPrefix("!") })
  }

  /// Members of a call in JSON that are neither its name nor its arguments nor mere labels, and which of them the reason names.
  static let strangers: [(String, String)] = [
    (#"{"type": "function", "function": {"name": "f"}, "arguments": {"a": 1}}"#, "arguments"),
    (#"{"function": {"name": "f", "arguments": {}}, "parameters": {"a": 1}}"#, "parameters"),
    (#"{"name": "g", "function": {"name": "f"}}"#, "name"),
    (#"{"function": {"name": "f", "arguments": {}, "strict": true}}"#, "strict"),
    (#"{"name": "f", "city": "Oslo"}"#, "city"), (#"{"name": "f", "city": null}"#, "city"),
    (#"{"name": "f", "arguments": {"a": 1}, "city": ""}"#, "city"),
    (#"{"name": "f", "input": {"a": 1}}"#, "input"), (#"{"name": "f", "args": {}}"#, "args"),
    (#"{"name": "f", "kwargs": {"a": 1}}"#, "kwargs"),
    // Labels that may be arguments.
    (#"{"name": "f", "id": 42}"#, "id"), (#"{"name": "f", "index": 1}"#, "index"),
    (#"{"name": "f", "arguments": {}, "id": [1]}"#, "id"),
    (#"{"name": "f", "arguments": {}, "type": "urgent"}"#, "type"),
  ]

  @Test(arguments: strangers)
  func noMemberOfACallIsLeftOut(call: String, key: String) {
    let text = Self.start + "[ok(a=1), " + call + "]" + Self.end
    let whole = Self.events([text])
    let reasons = whole.compactMap { event in
      if case .rejected(_, call, let reason) = event { reason } else { String?.none }
    }
    #expect(
      reasons == ["a call in JSON has a member \(key), which is neither its name nor its arguments"]
    )
    #expect(whole.count { if case .completed = $0 { true } else { false } } == 1)
    let scalars = text.unicodeScalars.map { String($0) }
    #expect(Self.events(scalars) == whole)
    for cut in scalars.indices {
      #expect(Self.events([scalars[..<cut].joined(), scalars[cut...].joined()]) == whole)
    }
  }

  @Test(arguments: [
    ("[not a call]", ["![not a call]"]), ("[ok(), nothing]", ["![ok(), nothing]"]),
    ("hello", ["!hello"]),
  ])
  func blocksThatAreNoCalls(body: String, parts: [String]) {
    let text = Self.read(body).map { $0.dropFirst() }.joined()
    #expect(text == Self.start + body + Self.end)
  }

  @Test func textStandsAround() {
    #expect(Self.all("a \(Self.start)[f()]\(Self.end) b") == ["\"a ", "f{}", "\" b"])
    #expect(Self.all("[text](url) f(a=1)") == ["\"[text](url) f(a=1)"])
    #expect(Self.all("a <|tool_call_ b <|tool_") == ["\"a <|tool_call_ b <|tool_"])
    #expect(Self.all("<<|tool_call_start|>f()") == ["\"<", "f{}"])
    #expect(Self.all("a\(Self.end)b") == ["\"a\(Self.end)b"])
    let two = Self.start + "[f()]" + Self.end
    #expect(Self.all(two + "\n" + Self.start + "[g()]" + Self.end) == ["f{}", "\"\n", "g{}"])
    #expect(Self.all(two + two) == ["f{}", "f{}"])
  }

  /// Markers that are missing or too many.
  @Test func markersAreForgiven() {
    let (start, end) = (Self.start, Self.end)
    #expect(Self.all(start + "[f()]after") == ["f{}", "\"after"])
    #expect(Self.all(start + "[f()]") == ["f{}"])
    #expect(Self.all(start + "[f(a=1)") == [#"f{"a": 1}"#])
    #expect(Self.all(start + start + " [f()]" + end + end) == ["f{}"])
    #expect(Self.all(start + "[f()] \n" + end + "x") == ["f{}", "\"x"])
    #expect(Self.all(start + "[f()]" + end + "\n[f()]" + end + "\nx") == ["f{}", "\"\nx"])
    #expect(Self.all(start + "[f()]" + end + "\n[f()] x") == ["f{}", "\"\n[f()] x"])
    #expect(Self.all(start + "[f()]" + end + "[g()]" + end) == ["f{}", "\"[g()]" + end])
    #expect(Self.all(start + "[f(a=" + start + "[g()]" + end) == ["!" + start + "[f(a=", "g{}"])
  }

  @Test func whatIsCutShortIsNoCall() {
    let start = Self.start
    for rest in [
      "", "[", "[f", "[f(", "[f(a=1", "[f(a='x'", "f(a=1", "{\"name\": \"f\"", "[f(a='it's'",
    ] {
      #expect(Self.all(start + rest) == ["!" + start + rest], "\(rest)")
    }
    #expect(Self.all(start + "[f(a=1), g(b='x") == [#"f{"a": 1}"#, "!g(b='x"])
    #expect(Self.all(start + "[f(a=1), g") == [#"f{"a": 1}"#, "!g"])
    let reasons = Self.events([start + "[f(a=1), g(b='x"]).compactMap {
      if case .rejected(_, _, let reason) = $0 { reason } else { String?.none }
    }
    #expect(reasons == ["the call is cut short"])
  }

  @Test func callsAreAnnouncedWhileTheyAreWritten() {
    var reader = ToolCallReader()
    #expect(reader.consume("Let me see. " + Self.start + "[a.b") == [.text("Let me see. ")])
    #expect(reader.consume("(x='(") == [.began(index: 0, name: "a.b")])
    #expect(
      reader.consume("', y=g(1)), c(") == [
        .arguments(index: 0, json: #"{"x": "(""#), .began(index: 1, name: "c"),
      ])
    let rest = reader.consume(")]")
    #expect(
      rest == [
        .rejected(
          index: 0, text: "a.b(x='(', y=g(1))",
          reason: "argument y: a value is a call of its own, which cannot be computed here"),
        .arguments(index: 1, json: "{}"),
        .completed(index: 1, ToolCall(name: "c", arguments: JSONObject())),
      ])
    #expect(reader.consume(Self.end + Self.start + "d(").last == .began(index: 2, name: "d"))
  }

  @Test func argumentsComeOneByOne() {
    var reader = ToolCallReader()
    func pieces(_ text: String) -> [String] {
      reader.consume(text).map { event in
        switch event {
        case .began(let index, let name): "\(index) \(name)"
        case .arguments(let index, let json): "\(index) \(json)"
        case .completed(let index, _): "\(index)."
        case .text(let text), .rejected(_, let text, _): "!\(text)"
        }
      }
    }
    #expect(pieces(Self.start + "[f(a='x") == ["0 f"])
    #expect(pieces("', ") == [#"0 {"a": "x""#])
    #expect(pieces("b=[1, (2, 3)], **{'c': None, 'd': {}}") == [#"0 , "b": [1, [2, 3]]"#])
    #expect(pieces("), g(") == [#"0 , "c": null, "d": {}"#, "1 g"])
    // Nothing is known of the arguments behind one that has no name; what is refused is refused when all is read.
    #expect(pieces("1, e=2), h()") == ["2 h"])
    #expect(pieces("]") == ["0 }", "0.", "!g(1, e=2)", "2 {}", "2."])
  }

  @Test func argumentsWaitWhereTheyAreUnclear() {
    // The quotes fit in only one way once all has come, which is not the first.
    let unclear = Self.events([Self.start + "[f(a='it's')]" + Self.end])
    #expect(
      unclear.prefix(2) == [
        .began(index: 0, name: "f"), .arguments(index: 0, json: #"{"a": "it's"}"#),
      ])
    #expect(unclear.count == 3)
    // What seemed to be a second call was a text in the first: nothing completes it.
    let inside = Self.events([Self.start + "[f(cmd='x(' y), g(z='w')]" + Self.end])
    #expect(inside.contains(.began(index: 1, name: "g")))
    #expect(
      inside.last
        == .completed(
          index: 0, ToolCall(name: "f", arguments: JSONObject([("cmd", .string("x(' y), g(z='w"))]))
        ))
    // What is no list of calls is text, although a part of it looked like one.
    let refused = Self.events([Self.start + "[f(a=1), 5"])
    #expect(
      refused == [
        .began(index: 0, name: "f"), .arguments(index: 0, json: #"{"a": 1"#),
        .rejected(
          index: 0, text: Self.start + "[f(a=1), 5",
          reason: "what stands between the markers is no list of calls"),
      ])
  }

  @Test func declaredToolsAreCompared() throws {
    let tools = try ToolDeclaration.read(
      JSONParser.parse(
        #"[{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}}]"#
      ))
    let problems = { (body: String) in
      Self.events([Self.start + body + Self.end], tools: tools).flatMap { event in
        if case .completed(_, let call) = event { call.problems } else { [String]() }
      }
    }
    #expect(problems("[f(a=1)]") == [])
    #expect(problems("[f(a='1')]") == ["argument a: should be an integer, not a string"])
    #expect(problems("[f(b=1)]") == ["argument a: is missing"])
    #expect(problems("[g(a=1)]").count == 1)
  }
}
