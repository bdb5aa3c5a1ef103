"""What comes in as JSON, made harmless for both databases before anybody looks at it."""

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser


class CleanParser(Parser):
    """Strings lose NUL and lone surrogates, which PostgreSQL refuses and no text needs."""

    def parse_body(self, request: HttpRequest) -> Any:
        return _clean(json.loads(request.body, parse_constant=_refuse_constant))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value
