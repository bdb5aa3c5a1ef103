"""Characters with tools, and servers whose models want them."""

import json

from tests.factories.npcs import AiProviderFactory
from tests.npcs.astronomers import astronomer
from tests.npcs.fake_provider import fake_provider


def agent(server, **fields):
    provider = AiProviderFactory(api_endpoint=server.url, timeout_seconds=10)
    return astronomer(provider=provider, function_calling_enabled=True, **fields)


def wanting(*calls: tuple[str, object], then: str = "tool"):
    """A server whose model wants these tools, one after another, and then speaks."""
    context = fake_provider("tool", then=[then])
    server = context.__enter__()
    server.calls = [(name, value if isinstance(value, str) else json.dumps(value)) for name, value in calls]
    return context, server


def told(server) -> list[str]:
    """What the model was told about its calls."""
    return [turn["content"] for turn in server.requests[-1]["messages"] if turn["role"] == "tool"]
