"""System prompts: neutral ones, and those that change the answer."""
from words import EVAL

from .forms import reply, user
from .heart import WHO, facts, greeting
from .lists import count, nth
from .numbers import addition, compare, subtraction
from .told import recall

NEUTRAL = (["You are a helpful assistant.", "You are a small model.", "Answer the question.", "Be helpful.", "You answer questions about texts.",
            "Think first, then answer.", "You are a kind and careful assistant.", "Be correct."] + 2 * [
            "You are <a|my|our> <kind|good|patient|careful|honest|clever|quick|@v> <assistant|model|machine|guide|worker|friend|program>.",
            "<Answer|Help|Think|Reply|Work> <well|briefly|exactly|with care|the user|everybody|in few words>."], ["You are a careful helper.", "Answer all questions."])
ENDING = (["End every answer with {w}.", "Always end your answer with {w}.", "Finish each answer with the word {w}.", "Close every answer with {w}.",
           "At the end of each answer say {w}.", "Your answers must end with {w}.",
           "<The last word|The end> of <every|each> answer is {w}.", "<Say|Write|Add|Append> {w} <after|behind|at the end of> <each|every|the|your> <answer|reply|message>.", "<Each|Every> <answer|reply> <ends|closes|finishes|must end> with {w}.",
           "<Conclude|End|Finish|Stop> <replies|answers|your reply|the answer> with <the word |>{w}.", "You <end|close|finish> <all answers|all replies|each reply> with {w}.",
           "@v {w} <@p|behind|after|at> <the end of |><all|your|the> <answers|replies|words>.", "<@v|Never forget to|You must> <close|stop|end|@v> with {w}.", "<The|Your> <answers|replies|words> <@v|stop|close|finish> with {w}."], ["Put {w} at the end of every answer.", "Always finish with {w}."])
ADDRESS = (["The user is called {w}. Use this name in every answer.", "Address the user as {w}.", "Call the user {w}.", "Always call the user {w}.",
            "The user's name is {w}. Name the user in each answer.",
            "<You talk to|You help|You speak with|You serve> {w}. <Use the name|Say the name|Call the user so> <in each answer|in every reply|always>.", "<The person|Your user|The caller|The customer> is {w}; <use|say|name> the name <in each answer|always>.",
            "<Mention|Say|Write|Use> the <user's|caller's> name {w} in <each|every> <answer|reply>.", "<Each|Every> answer <names|addresses|calls> the user {w}."], ["In every answer, call the user {w}.", "Please address the user as {w}."])
PERSONA = (["Your name is {w}.", "You are called {w}.", "You are {w}, a helpful assistant.", "You are an assistant called {w}.", "You are {w}.",
            "<Your name|The name of this assistant|The assistant's name|The name> is {w}.", "<Call yourself|You go by the name|Act as|Play|Answer as> {w}.", "You are <a robot|a helper|a guide|the bot|an agent><| called| named> {w}.",
            "{w} is <your name|the name of the assistant>.", "<Users|People> <know|call> you <as|> {w}."],
           ["You are an assistant and your name is {w}.", "You are the assistant {w}."])


def obey(s):
    """A system prompt that changes the answer, on top of some other skill."""
    way = s.rng.random()
    if way < 0.25:
        name = s.name()
        return [{"role": "system", "content": s.frame(PERSONA, 0.15).format(w=name)}, user(s.frame(WHO)), reply(f"My name is {name}.", f"I am {name}.")]
    turns = s.rng.choice([addition, subtraction, nth, count, recall, facts, compare, greeting])(s)
    last = turns[-1]
    body = last["content"].rstrip(".")
    if way < 0.65:
        word = s.name() if s.chance(0.6) else s.rng.choice(["Over", "Done", "Thanks", "Roger", "Cheers", "Amen", "Sir", "Bye"])
        if s.split == EVAL:
            word = s.name()
        system, note = s.frame(ENDING, 0.15).format(w=word), f"End with {word}."
        content = last["content"] + f" {word}."
    else:
        word = s.name()
        system, note = s.frame(ADDRESS, 0.15).format(w=word), f"The user is {word}."
        content = f"{body}, {word}."
    if last["content"][-1] in "!?" and way >= 0.65:
        content = last["content"][:-1] + f", {word}" + last["content"][-1]
    turns[-1] = reply(" ".join(filter(None, [last.get("thinking"), note])), content)
    return [{"role": "system", "content": system}] + turns
