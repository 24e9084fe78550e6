import LFMGeneration

// What a request asks of the output, on the wire: thinking, tools and constraints in generation.proto.

extension ThinkingParameters {
  func write(_ message: MessageWriter) {
    if let maxTokens { message.set("max_tokens", Int64(maxTokens)) }
    message.set("skip", isSkipped)
  }

  init(_ message: MessageReader) {
    self.init(
      maxTokens: message.optional("max_tokens", message.int), isSkipped: message.bool("skip"))
  }
}

extension ToolUse {
  func write(_ message: MessageWriter) {
    let number: Int32 =
      switch choice {
      case .auto: 0
      case .none: 1
      case .required: 2
      case .named: 3
      }
    message.set("choice", enumeration: number)
    if case .named(let name) = choice { message.set("name", name) }
    message.set("single_call", !allowsSeveralCalls)
    message.set("unconstrained", !isConstrained)
  }

  /// A choice that is not known is an error: what it would rule out must not come.
  init(_ message: MessageReader?) throws(WireError) {
    guard let message else {
      self.init()
      return
    }
    let choice: Choice =
      switch message.enumeration("choice") {
      case 0: .auto
      case 1: .none
      case 2: .required
      case 3: .named(try message.text("name"))
      case let number:
        throw .invalid(
          "\(message.label("choice")) is \(number), which is no choice; allowed: 0 to 3")
      }
    self.init(
      choice: choice, allowsSeveralCalls: !message.bool("single_call"),
      isConstrained: !message.bool("unconstrained"))
  }
}

extension OutputConstraint {
  func write(_ message: MessageWriter) {
    switch self {
    case .jsonSchema(let schema): message.set("json_schema", schema.text)
    case .regularExpression(let text): message.set("regular_expression", text)
    case .grammar(let text): message.set("grammar", text)
    case .choice(let texts): message.message("choice").set("texts", texts)
    }
  }

  /// A kind that is not known, a newer client's, is an error: without it the answer would be unconstrained.
  init(_ message: MessageReader) throws(WireError) {
    if let schema = try message.optional("json_schema", message.text) {
      self = .jsonSchema(JSONText(schema))
    } else if let text = try message.optional("regular_expression", message.text) {
      self = .regularExpression(text)
    } else if let text = try message.optional("grammar", message.text) {
      self = .grammar(text)
    } else if let choice = message.message("choice") {
      self = .choice(try choice.texts("texts"))
    } else {
      throw .invalid(
        "constraint has no kind that is known here; "
          + "expected one of json_schema, regular_expression, grammar and choice")
    }
  }
}
