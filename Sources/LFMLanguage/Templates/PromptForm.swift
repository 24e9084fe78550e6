/// How a conversation is rendered, beyond what it says itself.
package struct PromptForm: Hashable, Sendable {
  /// Whether arguments of past tool calls are escaped, so that `ToolCallReader` reads the same values back. Otherwise the
  /// prompt is the template's, byte for byte, in which a quote inside an argument ends it.
  package var escapesArguments: Bool
  /// What templates that write a date write; `nil` is today.
  package var date: CalendarDate?

  package init(escapesArguments: Bool, date: CalendarDate? = nil) {
    self.escapesArguments = escapesArguments
    self.date = date
  }

  /// The template's text, byte for byte.
  package static let template = PromptForm(escapesArguments: false)
  /// What is sent to the model.
  package static let asSent = PromptForm(escapesArguments: true)
}
