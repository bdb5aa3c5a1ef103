"""The vendor's client as we use it: told to retry nothing, on a connection of ours, never with a key that is none."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import openai

from npcs.llm.addresses import AddressRefused, check_url
from npcs.llm.base import Unavailable
from npcs.llm.connection import Line
from npcs.llm.faults import unavailable

# How a stored key begins that was enciphered under another SECRET_KEY: it must not be sent anywhere.
UNDECIPHERED = "gAAAAA"


def refuse_unusable(base_url: str, api_key: str) -> None:
    """Ask before anything is sent there."""
    check_url(base_url)
    if api_key.startswith(UNDECIPHERED):
        raise Unavailable("auth", error="UnreadableKey")


def client_on(http: httpx2.Client, base_url: str, api_key: str, *, api_version: str = "") -> openai.OpenAI:
    return openai.OpenAI(
        # Local servers want none, but the client insists on one.
        api_key=api_key or "none",
        base_url=base_url,
        max_retries=0,
        http_client=http,
        default_query={"api-version": api_version} if api_version else None,
    )


@contextmanager
def asking(base_url: str, api_key: str, *, read_seconds: float) -> Iterator[openai.OpenAI]:
    """For a question with a whole answer; whatever goes wrong with it, also with its shape, is Unavailable."""
    try:
        refuse_unusable(base_url, api_key)
        with Line(base_url, read_seconds=read_seconds) as http:
            yield client_on(http, base_url, api_key)
    except (openai.OpenAIError, AddressRefused, ValueError, TypeError, AttributeError) as error:
        raise unavailable(error) from error
