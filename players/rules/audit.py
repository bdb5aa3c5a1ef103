"""How an entry of the audit log is sealed, and what never stands in one."""

import json
from collections.abc import Mapping
from hashlib import sha256

GENESIS = "0" * 64
HIDDEN = "(hidden)"
SECRET_WORDS = ("password", "secret", "token", "api_key", "private_key", "recovery_code", "session_key")


def without_secrets(facts: Mapping[str, object]) -> dict[str, object]:
    """The same facts, with the values hidden whose name tells that they open a door; at any depth."""
    return {name: _hidden(name, value) for name, value in facts.items()}


def seal(entry: Mapping[str, object], previous_hash: str) -> str:
    """The hash of an entry that follows another: whoever changes one entry breaks all that follow."""
    text = json.dumps({**entry, "previous_hash": previous_hash}, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _hidden(name: str, value: object) -> object:
    # Switches such as "has_password" tell nothing.
    if value and not isinstance(value, bool) and any(word in name.lower() for word in SECRET_WORDS):
        return HIDDEN
    return _searched(value)


def _searched(value: object) -> object:
    if isinstance(value, dict):
        return without_secrets(value)
    return [_searched(item) for item in value] if isinstance(value, list) else value
