"""The pages of the settings, what fills them in, and what is stored then."""

from players.models import PlayerPersonalInfo, PlayerPreferences, PlayerProfile

PROFILE, PREFERENCES, PRIVACY, PERSONAL, GAME = (
    "/settings/", "/settings/preferences/", "/settings/privacy/", "/settings/personal/", "/settings/game/",
)  # fmt: skip
GOOD = {
    PROFILE: {
        "display_name": "Ada",
        "name": "Augusta Ada King",
        "bio": "Bernoulli numbers.",
        "link_label_0": "Notes",
        "link_url_0": "https://example.org/notes",
    },
    PREFERENCES: {
        "theme": "dark",
        "language": "en",
        "timezone": "Europe/Paris",
        "text_size": "large",
        "density": "compact",
        "motion": "reduced",
        "sounds": "on",
        "presence": "hidden",
        "daily_goal": "20",
        "difficulty": "advanced",
        "wants_boards": "on",
        "shows_read_receipts": "on",
    },
    PRIVACY: {
        "profile_visibility": "friends",
        "privacy_level": "minimal",
        "see_real_name": "private",
        "see_full_name": "private",
        "see_age": "friends",
        "see_location": "public",
        "see_occupation": "private",
        "see_education_level": "private",
        "see_interests": "public",
    },
    PERSONAL: {
        "full_name": "Augusta Ada King",
        "date_of_birth": "1980-12-10",
        "location": "London",
        "occupation": "Analyst",
        "education_level": "other",
        "interests": "looms, Bernoulli numbers , looms",
        "contact_name": "Anne",
        "contact_relation": "daughter",
        "contact_phone": "+44 20 7946 0018",
        "time_factor": "1.5",
        "screen_reader": "on",
        "notes": "Large letters.",
    },
}
MODELS = {
    PROFILE: (PlayerProfile,),
    PREFERENCES: (PlayerPreferences,),
    PRIVACY: (PlayerProfile, PlayerPreferences, PlayerPersonalInfo),
    PERSONAL: (PlayerPersonalInfo,),
}


def save(client, page=PROFILE, **other):
    return client.post(page, {**GOOD[page], **other})


def errors(response):
    return {name: " ".join(texts) for name, texts in response.context["form"].errors.items()}


def stored(player):
    """All columns of the four segments but the times."""
    rows = (
        model.objects.filter(player=player).values().get()
        for model in (PlayerProfile, PlayerPreferences, PlayerPersonalInfo)
    )
    return [{k: v for k, v in row.items() if k not in {"created_at", "updated_at"}} for row in rows]
