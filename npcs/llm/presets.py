"""What we know of each kind of provider before it is asked: where it lives and what it can do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preset:
    """`json` is the first step of the ladder to try. `is_hosted`: a fixed address, so that players may use it."""

    kind: str
    label: str
    url: str = ""
    json: str = "json_schema"
    is_hosted: bool = False
    has_embeddings: bool = True
    max_temperature: float = 2.0
    hint: str = ""
    example_model: str = ""


PRESETS = {
    preset.kind: preset
    for preset in (
        Preset("openai", "OpenAI", "https://api.openai.com/v1", is_hosted=True, example_model="gpt-5-mini"),
        Preset(
            "anthropic",
            "Anthropic",
            "https://api.anthropic.com/v1",
            json="tool",
            is_hosted=True,
            has_embeddings=False,
            max_temperature=1.0,
            hint="Its compatible interface ignores response formats, so structured answers come by a tool.",
            example_model="claude-sonnet-4-5",
        ),
        Preset(
            "google",
            "Google Gemini",
            "https://generativelanguage.googleapis.com/v1beta/openai",
            is_hosted=True,
            example_model="gemini-2.5-flash",
        ),
        Preset(
            "cloudflare",
            "Cloudflare Workers AI",
            "https://api.cloudflare.com/client/v4/accounts/ACCOUNT/ai/v1",
            json="json_object",
            hint="Put your account's id in the place of ACCOUNT. Names of models begin with @cf/.",
            example_model="@cf/meta/llama-3.1-8b-instruct",
        ),
        Preset(
            "ollama",
            "Ollama",
            "http://127.0.0.1:11434/v1",
            hint="The context window is a setting of the server; longer prompts are cut without a word.",
            example_model="llama3.2",
        ),
        Preset(
            "vllm",
            "vLLM",
            "http://127.0.0.1:8000/v1",
            hint="Tools need the server's flags for automatic tool choice and a parser.",
        ),
        Preset("lmstudio", "LM Studio", "http://127.0.0.1:1234/v1"),
        Preset(
            "llamacpp",
            "llama.cpp",
            "http://127.0.0.1:8080/v1",
            hint="Tools depend on the model's chat template; embeddings need a flag at the start.",
        ),
        Preset("custom", "Any compatible server", json="json_object"),
    )
}
HOSTED = {kind: preset for kind, preset in PRESETS.items() if preset.is_hosted}


def preset_of(kind: str) -> Preset:
    """Of a kind that we don't know, what holds for any compatible server."""
    return PRESETS.get(kind, PRESETS["custom"])
