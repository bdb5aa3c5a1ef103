"""What can be preferred: for each preference that is kept as JSON the values that it may have."""

from collections.abc import Collection, Mapping

Choices = Mapping[str, Mapping[object, str]]

# Preference -> value -> label; the first value is what holds without a choice.
INTERFACE: Choices = {
    "text_size": {"normal": "Normal", "large": "Large", "larger": "Larger"},
    "density": {"roomy": "Roomy", "compact": "Compact"},
    "motion": {"system": "As the device", "reduced": "Reduced"},
    "sounds": {"off": "Off", "on": "On"},
    "presence": {"shown": "Others see when I am there", "hidden": "Nobody sees it, and I see nobody"},
}
PRESENCE, HIDDEN_PRESENCE = "presence", "hidden"
GAME: Choices = {
    "daily_goal": {10: "10 answers", 5: "5 answers", 20: "20 answers", 40: "40 answers", 0: "No goal"},
    "difficulty": {
        "": "As it comes",
        "beginner": "Beginner",
        "intermediate": "Intermediate",
        "advanced": "Advanced",
        "expert": "Expert",
    },
}


# How news is told besides the pages.
WAYS = {"push": "Push", "email": "E-mail"}


def chosen(stored: Mapping[str, object], choices: Choices, name: str) -> object:
    """The stored value, or what holds without one."""
    value = stored.get(name)
    return value if value in choices[name] else next(iter(choices[name]))


def problem_of_choices(stored: object, choices: Choices) -> str:
    """What is wrong with a stored dictionary, in a sentence; empty when every value is one of the choices."""
    if not isinstance(stored, dict):
        return "Give an object of preferences."
    for name, value in stored.items():
        if name not in choices:
            return f"There is no preference {name!r}."
        # 1 is True for Python, but not the same choice.
        if not any(value == known and type(value) is type(known) for known in choices[name]):
            return f"{name}: choose one of {', '.join(repr(known) for known in choices[name])}."
    return ""


def problem_of_ways(stored: object, kinds: Collection[str]) -> str:
    """The same for ways: kind -> how it is told besides the pages."""
    if not isinstance(stored, dict) or not all(isinstance(value, list) for value in stored.values()):
        return "Give a list of ways for each kind."
    unknown = sorted(set(stored) - set(kinds))
    if unknown:
        return f"There is no kind {unknown[0]!r}."
    known = all(
        len(set(map(str, ways))) == len(ways) and set(map(str, ways)) <= WAYS.keys()
        for ways in stored.values()
    )
    return "" if known else f"Choose each way once, of {', '.join(map(repr, WAYS))}."


def problem_of_switches(stored: object, kinds: Collection[str]) -> str:
    """The same for switches: kind -> on or off."""
    if not isinstance(stored, dict) or not all(isinstance(value, bool) for value in stored.values()):
        return "Give true or false for each kind."
    unknown = sorted(set(stored) - set(kinds))
    return f"There is no kind {unknown[0]!r}." if unknown else ""
