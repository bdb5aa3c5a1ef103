"""What docs/api.md tells about bots works when it is done as it stands there."""

import itertools
import os
import subprocess
from pathlib import Path

import pytest

from npcs.actions import bots
from npcs.models import BotMessage
from tests.factories.npcs import BotAssignmentFactory
from tests.npcs.bridges import ALL, TOKEN

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).parents[2] / "docs" / "api.md"
HOST = "https://forge.example.org"
# In the place of the program that would really call: it says what it was given, each with a NUL behind.
FAKE_CURL = 'curl() { printf "%s\\0" "$@"; }\n'


@pytest.fixture
def bot():
    return BotAssignmentFactory(bot_token=TOKEN, channels=["general"], permissions=ALL)


def example(language):
    """The first block of this language in the section about bots."""
    section = PAGE.read_text().split("## Bots of other messengers")[1].split("\n## ")[0]
    return section.split(f"```{language}\n")[1].split("```")[0]


def called(bot):
    """What the example of the shell would send: address, headers, body."""
    run = subprocess.run(
        ["/bin/bash", "-c", FAKE_CURL + example("")],
        env={**os.environ, "BOT": str(bot.uuid), "BOT_TOKEN": TOKEN},
        capture_output=True,
        check=True,
        timeout=20,
    )
    words = run.stdout.decode().split("\0")[:-1]
    pairs = list(itertools.pairwise(words))
    headers = dict(value.split(": ", 1) for name, value in pairs if name == "-H")
    return words[-1], headers, next(value for name, value in pairs if name == "-d")


def test_the_example_in_the_shell_is_signed_as_we_expect_it(client, bot):
    url, headers, body = called(bot)

    answer = client.post(url.removeprefix(HOST), body, headers=headers, content_type=headers["Content-Type"])

    assert answer.status_code == 202
    assert BotMessage.objects.get().text == "How long is a day on Venus?"


def test_the_example_of_a_bridge_knows_our_answer_from_others(bot, monkeypatch):
    bot.webhook_url = "https://bridge.example.org/answers?x=1"
    bot.save()
    message = BotMessage.objects.create(
        bot=bot, external_id="1", channel="general", author_key="a", text="Hi", state="done", answer="Hello"
    )
    sent = []
    monkeypatch.setattr(bots.fetch, "post", lambda url, body, *, headers: sent.append((body, headers)) or 200)
    names: dict = {}
    exec(example("python"), names)

    bots.tell(pk=message.pk)

    [(body, headers)] = sent
    is_ours = names["is_ours"]
    assert is_ours(headers, "/answers", body, TOKEN)
    assert not is_ours(headers, "/elsewhere", body, TOKEN)
    assert not is_ours(headers, "/answers", body + b" ", TOKEN)
    assert not is_ours(headers, "/answers", body, "another-token")
    assert not is_ours({}, "/answers", body, TOKEN)
    assert set(headers) == {"Content-Type", "X-Padawan-Timestamp", "X-Padawan-Signature"}
