"""What a player is asked to agree to. Change a text: raise its version, and everybody is asked again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One question; `field` is the column of the personal segment that follows the answer."""

    kind: str
    version: str
    title: str
    text: str
    field: str


CONSENTS = {
    text.kind: text
    for text in (
        ConsentText(
            kind="data_sharing",
            version="2026-01",
            title="Share my learning results",
            text=(
                "The people who run this installation may pass on my results by topic, under my username, "
                "to the teachers or organisers of the rooms that I am in. Nothing else is passed on."
            ),
            field="data_sharing_consent",
        ),
        ConsentText(
            kind="marketing",
            version="2026-01",
            title="News by e-mail",
            text=(
                "I'd like to hear of new characters, rooms and events by e-mail, at most twice a month. "
                "Mail about my account comes in any case."
            ),
            field="marketing_consent",
        ),
        ConsentText(
            kind="research",
            version="2026-01",
            title="Research",
            text=(
                "My answers and their times, without my name and without anything that I wrote, may be used "
                "to find out how people learn."
            ),
            field="research_consent",
        ),
    )
}


def holds(*, kind: str, is_given: bool, version: str) -> bool:
    """A consent holds for the text that was read, not for one that was written later."""
    return is_given and version == CONSENTS[kind].version
