"""What holds for players under the age of consent, whatever they choose."""

from calendar import isleap
from datetime import date

# The most that a minor may open: friends see the profile, strangers see a name.
VISIBILITIES = ("private", "friends")
PRIVACY_LEVEL = "maximum"
# What the guardian agrees to, in his words.
FEATURES = (
    "Opening rooms that other players can enter",
    "Asking other players to be friends",
    "Uploading a picture for the profile",
    "The consents, one by one, as you decide",
)
# What a minor can do alone; the guardian should know of it.
OPEN_TO_ALL = "Learning, playing quizzes and talking in rooms that others have opened"
# What holds in any case, with or without a guardian.
SAFEGUARDS = (
    "The profile is hidden from everybody but friends",
    "Strangers can't find the account by search or write to it",
    "The name appears on no public board",
    "Nothing is shared, mailed or used for research unless you say so",
)


def floor(*, visibility: str, level: str, wants_boards: bool) -> tuple[str, str, bool]:
    """The nearest safe settings; those that are safe already stay."""
    return visibility if visibility in VISIBILITIES else "friends", PRIVACY_LEVEL, False


def problems(*, visibility: str, level: str, wants_boards: bool) -> dict[str, str]:
    """What a minor may not choose: a sentence for each field, ready for a form."""
    found = {}
    if visibility not in VISIBILITIES:
        found["profile_visibility"] = (
            "At your age a profile is open to friends at most. Choose friends or only me."
        )
    if level != PRIVACY_LEVEL:
        found["privacy_level"] = "At your age the maximum level holds. It opens with your birthday."
    if wants_boards:
        found["wants_boards"] = "At your age a name stays off the public boards. Leave this off."
    return found


def of_age_when_born_by(today: date, under: int) -> date:
    """The latest birth date of somebody who is no minor; agrees with `ages.is_minor`."""
    year = today.year - under
    if (today.month, today.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28)
    return today.replace(year=year)
