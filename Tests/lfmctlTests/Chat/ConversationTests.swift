import LFMGeneration
import LFMLanguage
import Testing

@testable import lfmctl

@Suite struct ConversationTests {
  @Test func turnsComeInTheirOrderBehindTheSystemMessage() {
    var conversation = Conversation()
    conversation.system = "Be brief."
    conversation.say("one")
    #expect(conversation.awaitsAnswer)
    conversation.answer("two", thinking: "hm")
    #expect(!conversation.awaitsAnswer)
    #expect(conversation.chat.messages.map(\.role) == ["system", "user", "assistant"])
    #expect(conversation.chat.messages[2].thinking == "hm")
    #expect(conversation.chat.addGenerationPrompt)
    conversation.system = nil
    #expect(conversation.chat.messages.map(\.role) == ["user", "assistant"])
  }

  @Test func aTurnIsTakenBackWithWhatFollowed() {
    var conversation = Conversation()
    var undone = [conversation.undo()]
    var taken = [conversation.takeBackAnswer()]
    conversation.say("one")
    conversation.answer("two", thinking: "")
    conversation.say("three")
    conversation.answer("four", thinking: "")
    taken.append(conversation.takeBackAnswer())
    #expect(taken == [false, true])
    #expect(conversation.awaitsAnswer)
    #expect(conversation.chat.messages.count == 3)
    undone.append(conversation.undo())
    #expect(conversation.chat.messages.count == 2)
    undone.append(conversation.undo())
    #expect(undone == [nil, "three", "one"])
    #expect(conversation.messages.isEmpty)
  }

  @Test func whatIsSavedIsReadAgain() throws {
    let text = """
      {"messages":[{"role":"system","content":"S"},{"role":"user","content":[{"type":"text","text":"a"}]},\
      {"role":"assistant","thinking":"t","content":"b","tool_calls":[{"type":"function","function":\
      {"name":"f","arguments":{"z":1,"a":[2.5,null]}}}]},{"role":"tool","content":"9"}],"tools":[{"name":"f"}]}
      """
    let read = try ChatReader(addsGenerationPrompt: true).read(text).chat
    let conversation = Conversation(read)
    #expect(conversation.system == "S")
    let again = try ChatReader(addsGenerationPrompt: true).read(conversation.json.serialized).chat
    #expect(again.messages == read.messages)
    #expect(again.tools.count == 1)
    #expect(Conversation(again).chat.messages == conversation.chat.messages)
  }
}
