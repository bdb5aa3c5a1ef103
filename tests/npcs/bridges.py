"""A program between a messenger and us, as a test drives it."""

import json
import time
from uuid import uuid4

from django.urls import reverse

from npcs.rules.signatures import signature

TOKEN = "token-of-the-bot-0123456789"
ALL = ["answer", "direct", "context"]


class Bridge:
    def __init__(self, client, at_once):
        self.client, self.at_once = client, at_once

    def post(self, bot, token=TOKEN, moment=None, body=None, **changes):
        path = reverse("bot-messages", args=[bot.uuid])
        sent = {
            "id": uuid4().hex, "channel": "general", "author": {"id": "1138", "name": "Zed"},
            "text": "How long is a day on Venus?",
        } | changes  # fmt: skip
        body = json.dumps(sent).encode() if body is None else body
        headers = signed("POST", path, body, token=token, moment=moment)
        with self.at_once(execute=True):
            return self.client.post(path, body, content_type="application/json", headers=headers)

    def ask(self, bot, message, token=TOKEN, **about):
        path = reverse("bot-message", args=[bot.uuid, message])
        return self.client.get(path, headers=signed("GET", path, b"", token=token, **about))


def signed(method, path, body, *, token=TOKEN, moment=None):
    moment = int(time.time()) if moment is None else moment
    return {
        "X-Padawan-Timestamp": str(moment),
        "X-Padawan-Signature": signature(token, moment=moment, method=method, path=path, body=body),
    }
