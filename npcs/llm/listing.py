"""Which models a server says that it has."""

import openai

from npcs.llm.addresses import AddressRefused, check_url
from npcs.llm.base import Unavailable
from npcs.llm.connection import Line
from npcs.llm.faults import unavailable
from npcs.llm.openai_compatible import UNDECIPHERED, OpenAiCompatible


def model_names(model: OpenAiCompatible) -> list[str]:
    """By name; Unavailable where the server has no list."""
    if model.api_key.startswith(UNDECIPHERED):
        raise Unavailable("auth", error="UnreadableKey")
    line = Line(read_seconds=model.first_token_seconds)
    try:
        check_url(model.base_url)
        with line.client:
            client = openai.OpenAI(
                api_key=model.api_key or "none",
                base_url=model.base_url,
                max_retries=0,
                http_client=line.client,
            )
            names = [entry.id for entry in client.models.list().data if isinstance(entry.id, str)]
    except (openai.OpenAIError, AddressRefused, ValueError, TypeError, AttributeError) as error:
        raise unavailable(error) from error
    return sorted(name[:200] for name in names)
