import LFMGeneration

// Tool calls as they are written, on the wire: ToolCallBegun, ToolCallArguments and ToolCall in generation.proto.

extension ToolCallBegun {
  func write(_ message: MessageWriter) {
    message.set("index", count32: index)
    message.set("id", id)
    message.set("name", name)
  }

  init(_ message: MessageReader) throws(WireError) {
    self.init(
      index: Int(message.uint32("index")), id: try message.identifier("id"),
      name: try message.text("name"))
  }
}

extension ToolCallArguments {
  func write(_ message: MessageWriter) {
    message.set("index", count32: index)
    message.set("json", json)
  }

  init(_ message: MessageReader) throws(WireError) {
    self.init(index: Int(message.uint32("index")), json: try message.text("json"))
  }
}

extension GeneratedToolCall {
  func write(_ message: MessageWriter) {
    message.set("index", count32: index)
    message.set("id", id)
    message.set("name", name)
    message.set("arguments", arguments.text)
    message.set("problems", problems)
  }

  init(_ message: MessageReader) throws(WireError) {
    self.init(
      index: Int(message.uint32("index")), id: try message.identifier("id"),
      name: try message.text("name"), arguments: JSONText(try message.text("arguments")),
      problems: try message.texts("problems"))
  }
}
