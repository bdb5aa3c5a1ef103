"""What may stand in the private segment where it is kept as JSON."""

from collections.abc import Collection

MAX_INTERESTS = 12
MAX_INTEREST_LENGTH = 40
CONTACT_PARTS = ("name", "relation", "phone")
MAX_PART_LENGTH = 100
MAX_NOTES_LENGTH = 500
# By how much the time for an answer is stretched.
TIME_FACTORS = {
    1.0: "Usual time",
    1.25: "A quarter more",
    1.5: "Half as much again",
    2.0: "Double",
    3.0: "Triple",
    0.0: "Without a clock",
}


def problem_of_interests(interests: object) -> str:
    if not isinstance(interests, list) or not all(
        isinstance(word, str) and word.strip() for word in interests
    ):
        return "Give a list of words."
    if len(interests) > MAX_INTERESTS:
        return f"Keep to {MAX_INTERESTS} interests."
    if any(len(word) > MAX_INTEREST_LENGTH for word in interests):
        return f"Keep each interest under {MAX_INTEREST_LENGTH} characters."
    is_repeated = len({word.casefold() for word in interests}) < len(interests)
    return "Name each interest once." if is_repeated else ""


def problem_of_contact(contact: object) -> str:
    """Nothing at all, or somebody who can be called."""
    if not isinstance(contact, dict) or not set(contact) <= set(CONTACT_PARTS):
        return f"Give {', '.join(CONTACT_PARTS)}."
    if not all(isinstance(part, str) and len(part) <= MAX_PART_LENGTH for part in contact.values()):
        return f"Keep each part under {MAX_PART_LENGTH} characters."
    if not any(contact.values()):
        return ""
    if not contact.get("name") or not contact.get("phone"):
        return "Give both a name and a phone number, or leave all of it empty."
    return "" if _is_phone(contact["phone"]) else "Write the phone number in digits, such as +49 30 123456."


def _is_phone(text: str) -> bool:
    digits = [c for c in text if c.isdecimal()]
    return 4 <= len(digits) <= 20 and all(c.isdecimal() or c in "+-/(). " for c in text)


def problem_of_needs(needs: object) -> str:
    if not isinstance(needs, dict) or not set(needs) <= {"time_factor", "screen_reader", "notes"}:
        return "Give time_factor, screen_reader and notes."
    factor = needs.get("time_factor", 1.0)
    if isinstance(factor, bool) or not isinstance(factor, int | float) or factor not in TIME_FACTORS:
        return f"time_factor: choose one of {', '.join(f'{known:g}' for known in TIME_FACTORS)}."
    if not isinstance(needs.get("screen_reader", False), bool):
        return "screen_reader: true or false."
    notes = needs.get("notes", "")
    is_short = isinstance(notes, str) and len(notes) <= MAX_NOTES_LENGTH
    return "" if is_short else f"Keep the notes under {MAX_NOTES_LENGTH} characters."


def problem_of_visibilities(settings: object, fields: Collection[str]) -> str:
    """Field -> who sees it."""
    if not isinstance(settings, dict) or not all(
        audience in ("public", "friends", "private") for audience in settings.values()
    ):
        return "Choose public, friends or private for each field."
    unknown = sorted(set(settings) - set(fields))
    return f"There is no field {unknown[0]!r} to choose for." if unknown else ""
