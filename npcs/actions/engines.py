from dataclasses import replace

from npcs.llm.base import Turn
from npcs.llm.openai_compatible import OpenAiCompatible
from npcs.models import AiProvider

TEST_SECONDS = 20.0
TEST_TOKENS = 200


def model_of(provider: AiProvider, *, model: str = "") -> OpenAiCompatible:
    """The provider as a chat model that speaks with the named model, else with its default one."""
    name = model or provider.default_model
    return OpenAiCompatible(
        label=f"{provider.display_name} · {name}",
        base_url=provider.api_endpoint,
        model=name,
        api_key=provider.api_key or "",
        timeout_seconds=float(provider.timeout_seconds),
        is_openai=provider.provider_type == "openai",
    )


def try_provider(provider: AiProvider) -> str:
    """Ask for one word; the beginning of the answer, or Unavailable."""
    model = model_of(provider)
    model = replace(model, timeout_seconds=min(model.timeout_seconds, TEST_SECONDS))
    turns = [Turn("user", "Answer with the single word: ready")]
    return "".join(model.stream(turns, max_tokens=TEST_TOKENS, temperature=0.0)).strip()[:60]
