"""How a program that shares a secret with us signs what it sends, and what we send it."""

import hashlib
import hmac

# How far the clocks of the two may be apart; what is older was perhaps overheard.
WINDOW_SECONDS = 300
_MARK = "sha256="


def signature(secret: str, *, moment: int, method: str, path: str, body: bytes) -> str:
    """Over the moment, the method, the path and the body, so that none of them can be put to another use."""
    signed = f"{moment}.{method}.{path}.".encode() + body
    return _MARK + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def is_signed(
    given: str, secret: str, *, stamp: str, now: float, method: str, path: str, body: bytes
) -> bool:
    """Whether the signature is right and not too old; a wrong one takes as long as one that is nearly right."""
    moment = int(stamp) if stamp.isascii() and stamp.isdigit() and len(stamp) <= 12 else 0
    right = signature(secret, moment=moment, method=method, path=path, body=body)
    # Both are looked at in any case.
    is_right = hmac.compare_digest(given.encode(), right.encode())
    is_fresh = abs(now - moment) <= WINDOW_SECONDS
    return is_right and is_fresh
