import asyncio

import pytest
from django.db import connection, transaction
from django.dispatch import Signal

from padawanforge.kit import hub
from padawanforge.kit.events import after_commit, announce, publish

happened = Signal()


@pytest.mark.django_db(transaction=True)
async def test_sockets_hear_after_the_commit_and_not_before():
    heard = []
    hub.capture_loop()
    await hub.join("a.group", heard.append)

    before = await asyncio.to_thread(publish_in_transaction, heard)
    await asyncio.sleep(0.01)

    await hub.leave("a.group", heard.append)
    assert (before, heard) == ([], [{"kind": "event", "seq": 1}])


def publish_in_transaction(heard):
    with transaction.atomic():
        publish("a.group", "event", seq=1)
        before = list(heard)
    connection.close()
    return before


@pytest.mark.django_db(transaction=True)
def test_nothing_is_told_of_what_was_rolled_back():
    heard = []
    with transaction.atomic():
        after_commit(lambda: heard.append("told"))
        transaction.set_rollback(True)

    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_fails_does_not_stop_the_others(caplog):
    heard = []

    def fail(**facts):
        raise ZeroDivisionError

    def hear(*, number, **facts):
        heard.append(number)

    for receiver in (fail, hear):
        happened.connect(receiver, weak=False)

    with transaction.atomic():
        announce(happened, sender=Signal, number=7)
        before = list(heard)

    assert (before, heard) == ([], [7])
