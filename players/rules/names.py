"""What players may be called: names that are read the way they are written, and taken for nobody else's."""

import unicodedata

from confusable_homoglyphs import categories, confusables

# Words that stand for something else in mentions, addresses and the eyes of other players.
RESERVED_USERNAMES = """
    admin administrator all anonymous api bot channel everybody everyone former former-player game-master
    game_master gamemaster guest guests help here me mod moderator moderators new nobody null official owner
    padawanforge player players room rooms root security settings staff support system system-admin
    system_admin undefined welcome
"""
RESERVED = "This name is reserved. Please choose another."
MIN_USERNAME_LENGTH = 3
MAX_MARKS_IN_A_ROW = 2
# Scripts that people mix in one name without any wish to deceive.
WRITTEN_TOGETHER = (
    frozenset({"HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"HAN", "HANGUL"}),
    frozenset({"HAN", "BOPOMOFO"}),
)
# What the eye takes for the same in a username; the column Player.username_look says it in the database.
LOOK_ALIKES = (("-", ""), ("_", ""), ("0", "o"), ("1", "l"), ("vv", "w"), ("rn", "m"))


def is_reserved(name: str) -> bool:
    """Whether the name is one of the reserved words, or looks like one."""
    return name.casefold() in RESERVED_USERNAMES.split() or _careless(_latin(name)) in _RESERVED_LOOKS


def look_of(name: str) -> str:
    """What is left of a name for somebody who reads in passing: paypa1 and pay-pal are the same."""
    look = name.casefold()
    for written, seen in LOOK_ALIKES:
        look = look.replace(written, seen)
    return look


def problem_of_username(username: str) -> str:
    """What the model's own validators don't say, in a sentence; empty when there is nothing."""
    if len(username) < MIN_USERNAME_LENGTH:
        return f"Use at least {MIN_USERNAME_LENGTH} characters."
    return RESERVED if is_reserved(username) else ""


def problem_of_display_name(name: str) -> str:
    """Why others could be deceived by the name, in a sentence; empty when they could not."""
    if any(unicodedata.category(character) in {"Cf", "Cc", "Co", "Cs", "Zl", "Zp"} for character in name):
        return "Leave out the invisible characters."
    if _has_stacked_marks(name):
        return "Leave out the piled-up accents: other lines would disappear under them."
    if _mixes_scripts(name):
        return "Write the name in one alphabet: letters of several look alike."
    if name and not any(character.isalnum() for character in name):
        return "Use at least one letter or digit."
    return RESERVED if is_reserved("".join(name.split())) or is_reserved(name) else ""


def _has_stacked_marks(name: str) -> bool:
    row = 0
    for character in unicodedata.normalize("NFC", name):
        row = row + 1 if unicodedata.combining(character) else 0
        if row > MAX_MARKS_IN_A_ROW:
            return True
    return False


def _mixes_scripts(name: str) -> bool:
    scripts = categories.unique_aliases(unicodedata.normalize("NFKC", name)) - {"COMMON", "INHERITED"}
    return len(scripts) > 1 and not any(scripts <= known for known in WRITTEN_TOGETHER)


def _latin(name: str) -> str:
    """The name in Latin letters, each one that only looks so replaced by the one that it looks like."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(_latin_letter(c) for c in decomposed if not unicodedata.combining(c))


def _latin_letter(character: str) -> str:
    if character.isascii():
        return character
    known = confusables.confusables_data.get(character, [])
    return next((entry["c"].casefold() for entry in known if entry["c"].isascii()), character)


def _careless(name: str) -> str:
    return look_of(name).replace("i", "l")


# Short ones only as they are written: Ali is not "all".
_RESERVED_LOOKS = frozenset(_careless(word) for word in RESERVED_USERNAMES.split() if len(word) > 4)
