"""What a page says when it sends a file in pieces, and what it is told: the same for every kind of file.

What has arrived is kept by `padawanforge.kit.partials`.
"""

import json
from typing import Any

from django.http import HttpRequest, JsonResponse

from padawanforge.kit.errors import DomainError

PIECE_MAX_BYTES = 1024 * 1024
# Beyond what no size is one.
SIZE_DIGITS = 15
SIZE_MAX = 10**SIZE_DIGITS
NAME_MAX_LENGTH = 1000


def announced(request: HttpRequest) -> dict[str, Any]:
    """The body of the request, in it `name` and `size`; what can't be read is an empty file, which is refused."""
    try:
        said = json.loads(request.body)
    except ValueError:
        said = None
    said = said if isinstance(said, dict) else {}
    name, size = said.get("name"), said.get("size")
    is_size = isinstance(size, int) and not isinstance(size, bool) and 0 <= size < SIZE_MAX
    return {
        **said,
        "name": name[:NAME_MAX_LENGTH] if isinstance(name, str) else "",
        "size": size if is_size else 0,
    }


def problem_with(request: HttpRequest) -> JsonResponse | None:
    """The answer to a piece that doesn't say where it begins, or is too long; ask before its body is read."""
    # Some clients say nothing about nothing; who doesn't know how much will come has to find out first.
    is_open = "Transfer-Encoding" in request.headers
    length = request.headers.get("Content-Length", "") or ("" if is_open else "0")
    if not _is_number(length) or not _is_number(request.headers.get("Upload-Offset", "")):
        return JsonResponse({"detail": "Say where the piece begins and how long it is."}, status=400)
    if int(length) > PIECE_MAX_BYTES:
        return JsonResponse({"detail": f"A piece has at most {PIECE_MAX_BYTES} bytes."}, status=413)
    return None


def offset_of(request: HttpRequest) -> int:
    """Where a piece begins with which nothing is wrong."""
    return int(request.headers["Upload-Offset"])


def state(told: dict[str, Any], *, offset: int, size: int, status: int = 200) -> JsonResponse:
    """How far an upload is; in the headers as well, for a client that only asks for these."""
    headers = {"Upload-Offset": str(offset), "Upload-Length": str(size), "Cache-Control": "no-store"}
    return JsonResponse(told, status=status, headers=headers)


def refused(refusal: DomainError) -> JsonResponse:
    told = getattr(refusal, "told", {})
    headers = {"Upload-Offset": str(told["offset"])} if "offset" in told else {}
    return JsonResponse({"detail": str(refusal), "code": refusal.code, **told}, status=409, headers=headers)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= SIZE_DIGITS
