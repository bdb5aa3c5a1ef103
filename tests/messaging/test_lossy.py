"""A layer that drops, doubles, delays, shuffles and forgets, under a machine that tries histories at random.

Whatever it does, a page that has had one heartbeat holds what a page holds that begins now.
"""

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from messaging.actions.deletion import delete_message
from messaging.actions.edits import edit_message
from messaging.actions.messages import post_message
from messaging.actions.reactions import react
from messaging.database import in_database
from messaging.models import Message
from padawanforge.kit import hub
from tests.factories.messaging import ChannelFactory, ChannelMemberFactory
from tests.messaging.copies import Copy
from tests.messaging.sockets import Tab

pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES = settings(
    max_examples=6,
    stateful_step_count=12,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
FATES = ["pass", "drop", "double", "delay"]


class LossyLayer:
    """Stands where the hub sends: each message meets the fate that was drawn for it."""

    def __init__(self, deliver):
        self.deliver, self.fate, self.delayed = deliver, "pass", []

    def send(self, group, message):
        if self.fate == "delay":
            self.delayed.append((group, message))
        elif self.fate != "drop":
            for _ in range(2 if self.fate == "double" else 1):
                self.deliver(group, message)

    def release(self, order):
        late, self.delayed = self.delayed, []
        for group, message in order(late):
            self.deliver(group, message)


class Page:
    """A tab and its copy; reads what came, asks for what is missing."""

    def __init__(self, player, channel):
        self.player, self.channel = player, channel
        self.copy, self.tab = Copy(), None

    async def connect(self):
        known = {"room": str(self.channel.uuid), "epoch": self.copy.epoch, "seq": self.copy.seq}
        if self.copy.epoch:
            self.tab = await Tab.of(self.player, since=[known])
        else:
            self.tab = await Tab.of(self.player, self.channel)
        self.copy.waiting.clear()
        await self.read(0.05)

    async def disconnect(self):
        await self.tab.leave()
        self.tab = None

    async def read(self, seconds=0.03):
        for frame in await self.tab.silent(seconds):
            await self.hear(frame)

    async def hear(self, frame):
        if frame["op"] == "sub":
            self.copy.begin(frame)
        if frame["op"] == "ev" and not self.copy.hear(frame):
            await self.tab.tell("resume", room=self.copy.room, epoch=self.copy.epoch, seq=self.copy.seq)

    async def beat(self):
        """A heartbeat, and what it brings: everything up to the head, or the test waits in vain."""
        await self.tab.tell("ping", state="active", at={})
        head = (await self.tab.next("pong"))["heads"][self.copy.room]
        while self.copy.seq < head:
            await self.hear(await self.tab.next("ev", "sub"))


class Histories(RuleBasedStateMachine):
    """Two pages of two people in one channel."""

    def run(self, coroutine):
        return self.loop.run_until_complete(coroutine)

    def do(self, function, *args, **kwargs):
        return self.run(in_database(function)(*args, **kwargs))

    @initialize()
    def begin(self):
        self.loop = asyncio.new_event_loop()
        self.channel = self.do(ChannelFactory, kind="test")
        self.players = [self.do(ChannelMemberFactory, channel=self.channel).player for _ in range(2)]
        self.pages = [Page(player, self.channel) for player in self.players]
        self.layer = LossyLayer(hub.send)
        hub.send = self.layer.send
        for page in self.pages:
            self.run(page.connect())

    def message(self, number):
        found = self.do(lambda: list(Message.objects.with_authors().order_by("pk")))
        return found[number % len(found)] if found else None

    @rule(who=st.integers(0, 1), fate=st.sampled_from(FATES))
    def say(self, who, fate):
        self.layer.fate = fate
        self.do(post_message, channel=self.channel, player=self.players[who], text="hello")

    @rule(
        number=st.integers(0, 9),
        verb=st.sampled_from(["edit", "delete", "react"]),
        fate=st.sampled_from(FATES),
    )
    def change(self, number, verb, fate):
        self.layer.fate = fate
        message = self.message(number)
        if message is None or message.is_deleted:
            return
        author, now = message.player, timezone.now()
        if verb == "edit":
            text = f"put better {message.rev}"
            self.do(edit_message, message=message, player=author, text=text, base_rev=message.rev, now=now)
        elif verb == "delete":
            self.do(delete_message, message=message, player=author, now=now)
        else:
            self.do(react, message=message, player=self.players[number % 2], emoji="👍", on=number < 6)

    # A number, not a source of chance: what is drawn must not depend on how many came in time.
    @rule(seed=st.integers(0, 99))
    def arrive_late_and_shuffled(self, seed):
        chance = random.Random(seed)
        self.layer.release(lambda late: chance.sample(late, len(late)))

    @rule(who=st.integers(0, 1))
    def forget_membership(self, who):
        """As every layer does after a day, and the one in memory after one stale message."""
        tab = self.pages[who].tab
        receivers = hub._receivers.get(self.channel.group, set())
        for receiver in list(receivers) if tab else []:
            if receiver.__self__.connection.player_id == self.players[who].pk:
                receivers.discard(receiver)

    @rule(who=st.integers(0, 1))
    def lose_or_regain_the_line(self, who):
        page = self.pages[who]
        self.run(page.disconnect() if page.tab else page.connect())

    @rule(who=st.integers(0, 1))
    def read(self, who):
        if self.pages[who].tab:
            self.run(self.pages[who].read())

    def teardown(self):
        if not hasattr(self, "layer"):
            return
        hub.send = self.layer.deliver
        try:
            for page in self.pages:
                if page.tab is None:
                    self.run(page.connect())
                self.run(page.beat())
                fresh = Page(page.player, self.channel)
                self.run(fresh.connect())
                assert page.copy.state == fresh.copy.state
                self.run(fresh.disconnect())
                self.run(page.disconnect())
        finally:
            self.loop.close()


def test_whatever_the_layer_does_a_heartbeat_later_everybody_has_everything():
    # In a thread of its own: the machine's loop would wait for the thread in which it runs itself.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(run_state_machine_as_test, Histories, settings=EXAMPLES).result()
