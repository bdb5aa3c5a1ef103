"""A small true OpenID Connect server on this machine: discovery, consent, PKCE, signed tokens, userinfo."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "forge", "hidden"
ADA = {
    "sub": "4711",
    "preferred_username": "countess",
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "email_verified": True,
    "picture": "https://pictures.example/ada.png",
}
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class School:
    """Who sits at the server's sign-in page, and what the server does wrong when a test wants it to."""

    address: str = ""
    person: dict = field(default_factory=lambda: dict(ADA))
    denies: bool = False
    claims: dict = field(default_factory=dict)
    userinfo: dict = field(default_factory=dict)
    picture: bytes = b""
    codes: dict = field(default_factory=dict)
    tokens: dict = field(default_factory=dict)

    def settings(self) -> dict:
        app = {
            "provider_id": "oidc",
            "name": "Hill School",
            "client_id": CLIENT_ID,
            "secret": CLIENT_SECRET,
            "settings": {"server_url": self.address, "oauth_pkce_enabled": True},
        }
        return {"openid_connect": {"APPS": [app]}}

    def discovery(self) -> dict:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "jwks_uri": f"{self.address}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, query: dict) -> str:
        """Where the browser is sent back to, with a code or a refusal."""
        assert (query["client_id"], query["response_type"]) == (CLIENT_ID, "code")
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        if self.denies:
            answer = {"error": "access_denied", "state": query["state"]}
        else:
            code = token_urlsafe()
            self.codes[code] = query
            answer = {"code": code, "state": query["state"]}
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def exchange(self, form: dict) -> tuple[int, dict]:
        """A code works once, for the client that asked, with the verifier that fits its challenge."""
        asked = self.codes.pop(form.get("code"), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        client = form.get("client_id"), form.get("client_secret")
        if client != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        if (
            asked is None
            or challenge != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        access, now = token_urlsafe(), int(time.time())
        self.tokens[access] = {**self.person, **self.userinfo}
        claims = {"iss": self.address, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        claims |= {"sub": self.person["sub"], "nonce": asked.get("nonce"), **self.claims}
        id_token = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "one"})
        return 200, {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": id_token}

    def jwks(self) -> dict:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        return {"keys": [{**key, "kid": "one", "use": "sig", "alg": "RS256"}]}


@contextmanager
def school(**settings: object) -> Iterator[School]:
    place = School(**settings)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path == "/.well-known/openid-configuration":
                self.answer(200, place.discovery())
            elif url.path == "/jwks":
                self.answer(200, place.jwks())
            elif url.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                self.answer(302, {}, location=place.authorize(query))
            elif url.path == "/picture.png":
                self.send_response(200)
                self.send_header("content-length", str(len(place.picture)))
                self.end_headers()
                self.wfile.write(place.picture)
            else:
                token = self.headers.get("authorization", "").removeprefix("Bearer ")
                known = place.tokens.get(token)
                self.answer(200 if known else 401, known or {"error": "invalid_token"})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(*place.exchange(form))

        def answer(self, status: int, data: dict, **headers: str) -> None:
            body = json.dumps(data).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Tests print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        place.address = f"http://127.0.0.1:{server.server_port}"
        yield place
        server.shutdown()
