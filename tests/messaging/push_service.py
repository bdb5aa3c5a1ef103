"""The service of a browser's maker, and a browser that opens what comes, for tests."""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from padawanforge.kit.webpush import keys, pack


class Browser:
    def __init__(self):
        self.key, self.secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        self.point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def keys(self):
        return {"p256dh": pack(self.point), "auth": pack(self.secret)}

    def open(self, body):
        salt, ours = body[:16], body[21 : 21 + body[20]]
        server = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), ours)
        shared = self.key.exchange(ec.ECDH(), server)
        key, nonce = keys(shared, self.secret, salt, theirs=self.point, ours=ours)
        text = AESGCM(key).decrypt(nonce, body[21 + body[20] :], None)
        return json.loads(text.rstrip(b"\x00").removesuffix(b"\x02"))


class PushService:
    """Answers each request with the next of `statuses`, then with 201; keeps headers and bodies."""

    def __init__(self):
        self.statuses, self.heard = [], []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.heard.append((self.path, dict(self.headers), body))
                self.send_response(service.statuses.pop(0) if service.statuses else 201)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *failure):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
