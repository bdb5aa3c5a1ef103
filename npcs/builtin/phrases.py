"""What the built-in engine says around the quoted notes, in four tones.

The wording never claims more than a quotation can: "my notes say", never "the answer is".
"""

import random
from collections.abc import Sequence

DEFAULT_TONE = "friendly"

_LINES: dict[str, dict[str, Sequence[str]]] = {
    "formal": {
        "found": (
            "My notes state the following:",
            "On this subject my notes record:",
            "According to my notes:",
        ),
        "weak": (
            "The closest that my notes say is this:",
            "My notes do not treat this directly. The closest that they say is:",
        ),
        "refused": (
            "My notes do not say anything about that.",
            "I find nothing on that subject in my notes.",
        ),
        "offer": ("They do cover {topics}.", "What they do treat is {topics}."),
        "check": ("A question in return. Which word is missing?", "Please complete this line:"),
        "hello": ("Good day. I am {name}.", "Welcome. My name is {name}."),
        "thanks": ("You are welcome.", "It was a pleasure."),
        "bye": ("Goodbye, and good progress.", "Farewell until the next lesson."),
        "vague": ("Please name the subject you would like to hear about.",),
        "right": ("Correct: **{answer}**.", "That is right: **{answer}**."),
        "wrong": ("Not quite. My notes say **{answer}** there.",),
        "skipped": ("The missing word was **{answer}**.",),
        "kept": ("I have taken note of that.", "Thank you. I shall bear that in mind."),
        "unkept": ("Thank you for telling me. I keep nothing of it beyond this talk.",),
    },
    "friendly": {
        "found": (
            "Good question! Here is what my notes say:",
            "Happy to help. My notes put it this way:",
            "I have something on that in my notes:",
        ),
        "weak": (
            "I am not sure this is quite what you mean. The closest that my notes say is:",
            "The closest that my notes say is this:",
        ),
        "refused": (
            "I'm sorry, my notes don't say anything about that.",
            "My notes don't say anything about that, and I would rather not guess.",
        ),
        "offer": ("But I can tell you about {topics}.", "They do cover {topics}, though."),
        "check": ("Now you! Which word is missing?", "Can you fill the gap?"),
        "hello": ("Hello! I'm {name}, nice to see you.", "Hi there, I'm {name}. Good to see you!"),
        "thanks": ("You're welcome!", "Any time, I enjoyed that."),
        "bye": ("See you soon!", "Goodbye, and come back whenever you like!"),
        "vague": ("I'd love to help. Which subject do you mean?",),
        "right": ("Yes, **{answer}** is right. Well done!", "Exactly: **{answer}**!"),
        "wrong": ("Good try, but my notes say **{answer}** there.",),
        "skipped": ("No problem. The missing word was **{answer}**.",),
        "kept": ("Thank you for telling me, I'll remember that!", "Good to know. I'll keep that in mind."),
        "unkept": ("Thank you for telling me! I keep nothing of it beyond this talk, though.",),
    },
    "casual": {
        "found": ("Sure, here's what I've got:", "My notes say:", "Okay, from my notes:"),
        "weak": (
            "Not an exact hit. The closest that my notes say is:",
            "The closest that my notes say is this:",
        ),
        "refused": (
            "Nope, my notes don't say.",
            "Can't help there, my notes don't say anything about it.",
        ),
        "offer": ("What I do have is {topics}.", "Ask me about {topics} instead."),
        "check": ("Your turn, what goes in the gap?", "Quick one back, fill the gap:"),
        "hello": ("Hey, I'm {name}.", "Hi, {name} here."),
        "thanks": ("No problem.", "Sure thing."),
        "bye": ("See you around.", "Later!"),
        "vague": ("Sure, but about what?",),
        "right": ("Yep, **{answer}**.", "That's it: **{answer}**."),
        "wrong": ("Not quite, it's **{answer}** in my notes.",),
        "skipped": ("It was **{answer}**.",),
        "kept": ("Got it, I'll remember.", "Okay, noted."),
        "unkept": ("Got it, but I won't keep it beyond this talk.",),
    },
    "playful": {
        "found": (
            "Aha, I know a page for that! My notes say:",
            "Rustle, rustle... found it! My notes say:",
            "Ooh, one of my favourite pages! It says:",
        ),
        "weak": (
            "Hmm, my notes blink at me. The closest that they say is:",
            "Not a bullseye! The closest that my notes say is:",
        ),
        "refused": (
            "I turned every page, and my notes don't say. No making things up here!",
            "You found a blank page: my notes don't say anything about that.",
        ),
        "offer": ("Lure me with {topics} instead!", "The inked pages are about {topics}."),
        "check": ("Riddle time! Which word escaped?", "Oops, a word fell out. Which one?"),
        "hello": ("Tadaa, it's me, {name}!", "Hello hello! {name}, at your service."),
        "thanks": ("My pleasure, truly!", "Thank you, that tickles my pages."),
        "bye": ("Off you go, come back curious!", "Bye bye, mind the step!"),
        "vague": ("I'm all ears, but what about?",),
        "right": ("Bullseye, **{answer}** it is!", "Ding ding ding: **{answer}**!"),
        "wrong": ("So close in spirit! My notes say **{answer}** there.",),
        "skipped": ("The runaway was **{answer}**.",),
        "kept": ("Into my notebook it goes!", "Noted with a flourish!"),
        "unkept": ("Lovely! My notebook stays shut, though: I keep nothing of it beyond this talk.",),
    },
}

ABILITIES = (
    "I answer from my notes and show where each sentence comes from. I cannot calculate,"
    " compare or invent, and I say so when my notes are silent."
)
NO_NOTES = "I have no notes yet, so I cannot answer questions from them."


def say(kind: str, *, tone: str, chance: random.Random, **words: str) -> str:
    lines = _LINES.get(tone, _LINES[DEFAULT_TONE])[kind]
    return chance.choice(lines).format(**words)


def listed(things: Sequence[str]) -> str:
    """One, two and three."""
    *most, last = things
    return f"{', '.join(most)} and {last}" if most else last
