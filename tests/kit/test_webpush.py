import base64
import json
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from padawanforge.kit import webpush
from padawanforge.kit.webpush import (
    PushFailed,
    PushGone,
    Sender,
    Subscribed,
    encrypt,
    keys,
    public_key,
    send,
    signature,
    unpack,
)
from tests.messaging.push_service import Browser, PushService

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def service():
    with PushService() as service:
        yield service


def push(service, browser, what=None, **more):
    sender = Sender("s", "mailto:a@example.org", more.pop("trusted", [service.origin]))
    to = Subscribed(**{"endpoint": f"{service.origin}/wake/7", **browser.keys, **more})
    send(what or {"title": "Hello"}, to=to, sender=sender, now=NOW)


def test_the_browser_reads_what_was_sent(service):
    browser = Browser()

    push(service, browser, {"title": "Grüße", "url": "/rooms/"})

    path, headers, body = service.heard[0]
    assert path == "/wake/7"
    assert (headers["Content-Encoding"], headers["TTL"]) == ("aes128gcm", "86400")
    assert browser.open(body) == {"title": "Grüße", "url": "/rooms/"}


def test_the_service_reads_nothing(service):
    push(service, Browser(), {"title": "Hello"})

    assert b"Hello" not in service.heard[0][2]


def test_the_example_of_the_standard_is_opened():
    """RFC 8291, section 5: its keys, its message."""
    auth = unpack("BTBZMqHH6r4Tts7J_aSIgg")
    ours = unpack("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8")
    theirs = unpack("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
    private = int.from_bytes(unpack("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big")
    own = ec.derive_private_key(private, ec.SECP256R1())
    server = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), ours)
    salt = unpack("DGv6ra1nlYgDCS1FRnbzlw")

    key, nonce = keys(own.exchange(ec.ECDH(), server), auth, salt, theirs=theirs, ours=ours)

    sealed = unpack("8pfeW0KbunFT06SuDKoJH9Ql87S1QUrdirN6GcG7sFz1y1sqLgVi1VhjVkHsUoEsbI_0LpXMuGvnzQ")
    text = AESGCM(key).decrypt(nonce, sealed, None)
    assert text == b"When I grow up, I want to be a watermelon\x02"


def test_the_signature_names_server_service_and_end():
    header = signature("https://push.example.org/x/1", secret="s", contact="mailto:a@b.org", now=NOW)

    token = header.removeprefix("vapid t=").split(",")[0]
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpack(public_key("s")))
    claims = jwt.decode(
        token,
        public,
        algorithms=["ES256"],
        audience="https://push.example.org",
        options={"verify_exp": False},
    )
    assert (claims["sub"], claims["exp"] - NOW.timestamp()) == ("mailto:a@b.org", 12 * 3600)
    assert header.endswith(f", k={public_key('s')}")


def test_the_key_of_the_server_follows_from_its_secret():
    assert public_key("one") == public_key("one")
    assert public_key("one") != public_key("two")


@pytest.mark.parametrize(
    ("status", "failure"), [(404, PushGone), (410, PushGone), (429, PushFailed), (500, PushFailed)]
)
def test_what_the_service_answers_decides(service, status, failure):
    service.statuses = [status]

    with pytest.raises(PushFailed, match=str(status)) as caught:
        push(service, Browser())

    assert type(caught.value) is failure


def test_addresses_in_the_own_network_are_not_knocked_at(service):
    with pytest.raises(PushFailed):
        push(service, Browser(), trusted=[])
    with pytest.raises(PushFailed):
        push(service, Browser(), endpoint=service.origin.replace("http:", "https:"), trusted=[])

    assert service.heard == []


@pytest.mark.parametrize("broken", [{"p256dh": "AAAA"}, {"auth": "AAAA"}, {"p256dh": "€"}])
def test_keys_that_are_none_end_the_subscription(service, broken):
    with pytest.raises(PushGone):
        push(service, Browser(), **broken)


def test_what_is_too_long_is_not_sent():
    with pytest.raises(ValueError, match="too long"):
        encrypt(b"x" * (webpush.MAX_BYTES + 1), **Browser().keys)


def test_packed_bytes_have_no_padding():
    assert webpush.pack(b"a") == base64.urlsafe_b64encode(b"a").decode().rstrip("=")
    assert json.loads(unpack(webpush.pack(b"[1]"))) == [1]
