"""Two who begin to write to each other in the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from messaging.actions.direct import write_to
from messaging.models import Channel, Conversation, DirectState, Message
from tests.factories.players import PlayerFactory
from tests.factories.relationships import befriend

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_who_write_at_once_begin_one_conversation():
    ada, bo = PlayerFactory(), PlayerFactory()
    befriend(ada, bo)
    start = Barrier(4)

    def run(pair):
        try:
            start.wait(5)
            return write_to(player=pair[0], other=pair[1], text="Hello", now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, [(ada, bo), (bo, ada)] * 2))

    counts = [model.objects.count() for model in (Conversation, Channel, DirectState, Message)]
    assert counts == [1, 1, 2, 4]
