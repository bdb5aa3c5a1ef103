"""Which models a server says that it has."""

from npcs.llm.client import asking
from npcs.llm.openai_compatible import OpenAiCompatible


def model_names(model: OpenAiCompatible) -> list[str]:
    """By name; Unavailable where the server has no list."""
    with asking(model.base_url, model.api_key, read_seconds=model.first_token_seconds) as client:
        names = [entry.id for entry in client.models.list().data if isinstance(entry.id, str)]
    return sorted(name[:200] for name in names)
