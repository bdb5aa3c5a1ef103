"""The audit log: complete, unbroken, and nobody's to change."""

from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from padawanforge.kit.append_only import guard, unguard
from players.actions.audit import hashed_address, record
from players.models import AuditEntry, AuditHead
from players.queries.audit import verified_chain
from players.rules.audit import GENESIS
from tests.factories.players import PlayerFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db


def write(verb="thing.done", **facts):
    return record(actor=None, verb=verb, subject=PlayerFactory(), **facts)


def test_an_entry_tells_who_did_what_to_what_and_why():
    actor, subject = PlayerFactory(), PlayerFactory()

    record(
        actor=actor, verb="role.given", subject=subject, before={"roles": []}, after={"roles": ["padawan"]},
        reason="asked for it", address="192.0.2.1",
    )  # fmt: skip

    entry = AuditEntry.objects.get()
    assert (entry.actor_uuid, entry.verb, entry.reason) == (actor.uuid, "role.given", "asked for it")
    assert (entry.object_type, entry.object_id) == ("players.Player", str(subject.uuid))
    assert (entry.before, entry.after) == ({"roles": []}, {"roles": ["padawan"]})
    assert entry.address_hash == hashed_address("192.0.2.1") != "192.0.2.1"


def test_secrets_are_never_written_down():
    entry = write(
        after={"api_key": "sk-1", "has_password": True, "deep": [{"new_password": "x"}], "name": "n"}
    )

    entry.refresh_from_db()
    assert entry.after == {
        "api_key": "(hidden)", "has_password": True, "deep": [{"new_password": "(hidden)"}], "name": "n"
    }  # fmt: skip


def test_every_kind_of_fact_is_hashed_as_the_database_gives_it_back():
    player = PlayerFactory()

    write(
        before={
            "at": player.created_at,
            "id": player.uuid,
            "amount": 1e20,
            "part": 0.1,
            "ü": "\x00ü",
            "n": 10**20,
        }
    )

    assert verified_chain().flaws == ()


def test_each_entry_carries_the_hash_of_the_one_before():
    first, second = write(), write()

    assert (first.previous_hash, second.previous_hash) == (GENESIS, first.entry_hash)
    assert AuditHead.objects.get().entry_hash == second.entry_hash
    assert verified_chain().entries == 2


def test_a_deed_that_is_taken_back_leaves_no_entry():
    with transaction.atomic():
        write()
        transaction.set_rollback(True)

    assert (AuditEntry.objects.count(), verified_chain().flaws) == (0, ())


@pytest.mark.parametrize("change", [lambda rows: rows.update(verb="x"), lambda rows: rows.delete()])
def test_the_database_refuses_to_change_or_remove_an_entry(change):
    guard(AuditEntry)
    write()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change(AuditEntry.objects.all())

    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (
            lambda entries: AuditEntry.objects.filter(pk=entries[1].pk).update(reason="no"),
            "Entry #{1} was changed.",
        ),
        (lambda entries: AuditEntry.objects.filter(pk=entries[1].pk).delete(), "Before entry #{2} something"),
        (
            lambda entries: AuditEntry.objects.filter(pk=entries[2].pk).delete(),
            "The last entries are missing",
        ),
        (lambda entries: AuditHead.objects.all().delete(), "The last entries are missing"),
    ],
)
def test_the_command_finds_what_was_changed_or_is_missing(harm, told):
    entries = [write(), write(), write()]
    unguard(AuditEntry)

    harm(entries)

    with pytest.raises(CommandError) as refusal:
        call_command("audit", "verify", stderr=StringIO())
    assert told.format(*(entry.pk for entry in entries)) in str(refusal.value)


def test_the_command_tells_the_end_of_an_unbroken_chain_to_note_it_elsewhere():
    last = [write(), write()][-1]
    out = StringIO()

    call_command("audit", "verify", expect=last.entry_hash, stdout=out)

    assert out.getvalue().split() == ["2", "entries,", "unbroken.", "The", "last", "is", last.entry_hash]


def test_the_command_misses_an_entry_that_was_noted_elsewhere():
    write()

    with pytest.raises(CommandError, match="no longer in the log"):
        call_command("audit", "verify", expect="f" * 64)


def test_the_command_tells_the_last_entries_with_names():
    actor, out = PlayerFactory(username="ada"), StringIO()
    write(verb="first.thing")
    record(actor=actor, verb="second.thing", subject=actor, reason="why not")

    call_command("audit", "tail", lines=1, stdout=out)

    assert out.getvalue().split(maxsplit=2)[2] == "ada second.thing players.Player ada (why not)\n"


@pytest.mark.django_db(transaction=True)
def test_deeds_of_the_same_moment_make_one_unbroken_chain():
    player = PlayerFactory()

    def act(number):
        for _ in range(3):
            record(actor=player, verb="thing.done", subject=player, after={"number": number})

    at_once(*(partial(act, number) for number in range(8)))

    chain = verified_chain()
    assert (chain.entries, chain.flaws) == (24, ())
