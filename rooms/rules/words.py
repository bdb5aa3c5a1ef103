"""The words that a room doesn't want, as its owner writes them: one to a line."""

WORDS_MAX = 200
LENGTH_MAX = 80


def listed(written: str) -> str:
    """Each word once, in the order in which they were written."""
    words = (line.strip().casefold() for line in written.splitlines())
    return "\n".join(dict.fromkeys(word for word in words if word))


def problem_of(words: str) -> str:
    """What is wrong with such a list, in a sentence; empty when nothing is."""
    lines = words.splitlines()
    if long := next((line for line in lines if len(line.split()) > 1 or len(line) > LENGTH_MAX), None):
        return f"Write one word to a line: “{long[:40]}” is more than that."
    if len(lines) > WORDS_MAX:
        return f"A room has at most {WORDS_MAX} words of its own; these are {len(lines)}."
    return ""
