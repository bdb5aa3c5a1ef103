"""What players may have chosen about who sees them."""

from itertools import product

from hypothesis import strategies as st

from players.models import PlayerPreferences, PlayerProfile
from players.rules.privacy import CHOOSABLE

VISIBILITIES, LEVELS = PlayerProfile.Visibility.values, PlayerPreferences.PrivacyLevel.values
AUDIENCES = ["private", "friends", "public"]
situations = st.fixed_dictionaries(
    {
        "visibility": st.sampled_from(VISIBILITIES),
        "level": st.sampled_from(LEVELS),
        "choices": st.dictionaries(st.sampled_from(sorted(CHOOSABLE)), st.sampled_from(AUDIENCES)),
        "is_minor": st.booleans(),
    }
)


def every_situation():
    for visibility, level, audience, is_minor in product(VISIBILITIES, LEVELS, AUDIENCES, [False, True]):
        choices = dict.fromkeys(CHOOSABLE, audience)
        yield {"visibility": visibility, "level": level, "choices": choices, "is_minor": is_minor}
