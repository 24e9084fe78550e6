import LFMGeneration

/// A chat that was read from JSON, and what of it had no meaning here.
package struct ReadChat: Hashable, Sendable {
  package var chat: Chat
  /// The names of top-level fields that nobody knows: passed over, as a template passes over variables that it does not
  /// use, but worth a warning.
  package var ignoredFields: [String]
  /// The day that templates are to take for today, if the document says one (`strftime_now`, a text such as `2026-01-15`).
  package var date: CalendarDate?
}

/// Reads `{"messages":[…],"tools":[…],"add_generation_prompt":true,…}`, the arguments of Hugging Face's `apply_chat_template` with
/// messages in OpenAI's form, or the list of messages alone.
///
/// Owns what each field means, with absent, null and empty kept apart. Template variables may also stand under `kwargs` or
/// `chat_template_kwargs`. Fields of messages that templates do not use (`tool_call_id`, `name`, …) are passed over.
///
/// As transformers 5.23 does, `reasoning_content` and `reasoning` are read as `thinking` where that is absent.
package struct ChatReader: Sendable {
  /// What a document without `add_generation_prompt` means. (Hugging Face's default is false.)
  package var addsGenerationPrompt: Bool

  package init(addsGenerationPrompt: Bool = true) {
    self.addsGenerationPrompt = addsGenerationPrompt
  }

  /// - Throws: `invalidArgument`, with the place as line and column (syntax) or as a JSON pointer (meaning).
  package func read(_ text: String) throws(GenerationFailure) -> ReadChat {
    let value: JSONValue
    do { value = try JSONParser.parse(text) } catch { throw error.failure(in: "the chat") }
    return try read(value)
  }

  /// - Throws: as `read(_: String)`, and for bytes that are not UTF-8.
  package func read(bytes: [UInt8]) throws(GenerationFailure) -> ReadChat {
    let value: JSONValue
    do { value = try JSONParser.parse(bytes: bytes) } catch { throw error.failure(in: "the chat") }
    return try read(value)
  }

  package func read(_ document: JSONValue) throws(GenerationFailure) -> ReadChat {
    switch document {
    case .array:
      return try read(fields: JSONObject([("messages", document)]))
    case .object(let fields):
      return try read(fields: Self.flattened(fields))
    default:
      throw TemplateInput.failure(
        JSONPointer(),
        "should be an object with messages, or a list of them, not \(document.kind)")
    }
  }

  /// The fields, and behind them those under `kwargs` that are not given outside.
  private static func flattened(_ fields: JSONObject) throws(GenerationFailure) -> JSONObject {
    var result = JSONObject()
    var inner: [JSONObject.Member] = []
    for member in fields.members {
      guard ["kwargs", "chat_template_kwargs"].contains(member.key) else {
        result.set(member.key, member.value)
        continue
      }
      switch member.value {
      case .object(let object): inner += object.members
      case .null: break
      default:
        throw TemplateInput.failure(
          JSONPointer().appending(member.key), "should be an object, not \(member.value.kind)")
      }
    }
    for member in inner where result[member.key] == nil { result.set(member.key, member.value) }
    return result
  }

  private func read(fields: JSONObject) throws(GenerationFailure) -> ReadChat {
    let generates = try Self.flag("add_generation_prompt", fields)
    // The families have two names for it; callers need not know which theirs has.
    let preserves = try Self.flag("preserve_thinking", fields)
    let keeps = try Self.flag("keep_past_thinking", fields)
    let continued = try ContinuedField(fields["continue_final_message"])
    if generates == true && continued != nil {
      throw TemplateInput.failure(
        JSONPointer("/continue_final_message"),
        "excludes add_generation_prompt: either the last message is continued or a new one begins")
    }
    var chat = Chat(
      messages: try MessageReader.read(
        fields["messages"], preservesThinking: preserves ?? keeps ?? false, continued: continued),
      tools: try Self.tools(fields["tools"]))
    chat.addGenerationPrompt = (generates ?? addsGenerationPrompt) && continued == nil
    chat.preserveThinking = preserves ?? keeps ?? false
    chat.continueFinalMessage = continued != nil
    let known = [
      "messages", "tools", "add_generation_prompt", "preserve_thinking", "keep_past_thinking",
      "continue_final_message", "strftime_now",
    ]
    return ReadChat(
      chat: chat, ignoredFields: fields.members.map(\.key).filter { !known.contains($0) },
      date: try Self.date(fields["strftime_now"]))
  }

  private static func flag(
    _ name: String, _ fields: JSONObject
  ) throws(GenerationFailure) -> Bool? {
    switch fields[name] {
    case nil, .null: return nil
    case .bool(let value): return value
    case .some(let value):
      throw TemplateInput.failure(
        JSONPointer().appending(name), "should be true or false, not \(value.kind)")
    }
  }

  private static func date(_ value: JSONValue?) throws(GenerationFailure) -> CalendarDate? {
    switch value {
    case nil, .null: return nil
    case .string(let text):
      if let date = CalendarDate(text) { return date }
      fallthrough
    default:
      throw TemplateInput.failure(
        JSONPointer("/strftime_now"), "should be a day, such as \"2026-01-15\"")
    }
  }

  private static func tools(_ value: JSONValue?) throws(GenerationFailure) -> [JSONText] {
    let pointer = JSONPointer("/tools")
    switch value {
    case nil, .null: return []
    case .array(let items):
      for (index, item) in items.enumerated() {
        switch item {
        case .object, .string: continue
        default:
          throw TemplateInput.failure(
            pointer.appending(index), "a tool is an object, not \(item.kind)")
        }
      }
      return items.map { JSONText($0.serialized) }
    case .some(let value):
      throw TemplateInput.failure(pointer, "should be a list of tools, not \(value.kind)")
    }
  }
}

/// The field of the last message that is to be continued: `true` means the content, a text names the field.
enum ContinuedField: Hashable {
  case content
  case thinking

  /// `nil` if nothing is to be continued.
  init?(_ value: JSONValue?) throws(GenerationFailure) {
    switch value {
    case nil, .null, .bool(false), .string(""): return nil
    case .bool(true), .string("content"): self = .content
    case .string("thinking"), .string("reasoning_content"), .string("reasoning"): self = .thinking
    case .some(let value):
      throw TemplateInput.failure(
        JSONPointer("/continue_final_message"),
        "should be true, false, \"content\" or \"thinking\", not \(value.kind)")
    }
  }
}
