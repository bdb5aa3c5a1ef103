"""Waking a browser: encrypts what it is told (RFC 8291, in the coding of RFC 8188) and hands it to the service
of the browser's maker, signed by the server's key (RFC 8292). The service carries it and can't read it.

The server's key is derived from SECRET_KEY: every process has the same one, and no row or file can be stolen.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from padawanforge.kit.fetch import FetchRefused, post

# The number of points of the curve P-256.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RECORD_SIZE = 4096
MAX_BYTES = 3000
SIGNED_FOR = timedelta(hours=12)
# How long the service keeps it for a browser that is away.
TTL_SECONDS = 24 * 3600
OK = range(200, 300)
GONE = {404, 410}


class PushFailed(Exception):
    """It did not get through; it may another time."""


class PushGone(PushFailed):
    """The browser no longer wants to be woken."""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What the browser gave."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who speaks: the secret that the key follows from, and where the service can complain.

    `trusted` are origins of services that may live in a private network.
    """

    secret: str
    contact: str
    trusted: Collection[str] = ()


def send(
    what: Mapping[str, object], *, to: Subscribed, sender: Sender, now: datetime, is_urgent: bool = False
) -> None:
    try:
        body = encrypt(json.dumps(what).encode(), p256dh=to.p256dh, auth=to.auth)
    except ValueError as error:
        raise PushGone("The keys of the browser can't be read.") from error
    headers = {
        "Authorization": signature(to.endpoint, secret=sender.secret, contact=sender.contact, now=now),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(TTL_SECONDS),
        "Urgency": "high" if is_urgent else "normal",
    }
    try:
        status = post(to.endpoint, body, headers=headers, trusted=sender.trusted)
    except FetchRefused as refusal:
        raise PushFailed(str(refusal)) from refusal
    if status in GONE:
        raise PushGone(f"The service answered with {status}.")
    if status not in OK:
        raise PushFailed(f"The service answered with {status}.")


def encrypt(text: bytes, *, p256dh: str, auth: str) -> bytes:
    """One record that only the browser can open. Raises ValueError for keys that are none."""
    if len(text) > MAX_BYTES:
        raise ValueError("This is too long to be pushed.")
    theirs, shared_auth = unpack(p256dh), unpack(auth)
    browser = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
    if len(shared_auth) != 16:
        raise ValueError("The secret of the browser has another length.")
    own, salt = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    ours = _point(own.public_key())
    key, nonce = keys(own.exchange(ec.ECDH(), browser), shared_auth, salt, theirs=theirs, ours=ours)
    # 2 marks the last record.
    sealed = AESGCM(key).encrypt(nonce, text + b"\x02", None)
    return salt + RECORD_SIZE.to_bytes(4, "big") + bytes([len(ours)]) + ours + sealed


def keys(shared: bytes, auth: bytes, salt: bytes, *, theirs: bytes, ours: bytes) -> tuple[bytes, bytes]:
    """Key and nonce of the one record."""
    agreed = _derive(auth, shared, b"WebPush: info\x00" + theirs + ours, 32)
    key = _derive(salt, agreed, b"Content-Encoding: aes128gcm\x00", 16)
    return key, _derive(salt, agreed, b"Content-Encoding: nonce\x00", 12)


def signature(endpoint: str, *, secret: str, contact: str, now: datetime) -> str:
    """The header by which the service knows which server is speaking."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + SIGNED_FOR).timestamp()),
        "sub": contact,
    }
    head = pack(json.dumps({"typ": "JWT", "alg": "ES256"}).encode())
    signed = f"{head}.{pack(json.dumps(claims).encode())}"
    r, s = decode_dss_signature(_server_key(secret).sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    token = f"{signed}.{pack(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
    return f"vapid t={token}, k={public_key(secret)}"


def public_key(secret: str) -> str:
    """What browsers are told when they subscribe."""
    return pack(_point(_server_key(secret).public_key()))


def pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpack(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@lru_cache(maxsize=4)
def _server_key(secret: str) -> ec.EllipticCurvePrivateKey:
    # Wider than the curve, so that the remainder is as good as even.
    number = int.from_bytes(_derive(b"padawanforge.webpush", secret.encode(), b"P-256", 48), "big")
    return ec.derive_private_key(number % (ORDER - 1) + 1, ec.SECP256R1())


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derive(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF with SHA-256."""
    pseudorandom = hmac.digest(salt, secret, hashlib.sha256)
    found, block = b"", b""
    while len(found) < length:
        block = hmac.digest(pseudorandom, block + info + bytes([len(found) // 32 + 1]), hashlib.sha256)
        found += block
    return found[:length]
