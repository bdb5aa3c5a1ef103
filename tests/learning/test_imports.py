from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from learning.actions.imports import (
    AlreadyTakenOver,
    ImportRefused,
    discard,
    examine,
    give_up,
    keep_file,
    receive_file,
    take_over,
)
from learning.actions.likeness import fingerprint
from learning.formats.kinds import WRITABLE
from learning.models import ImportRow, ImportRun, Lifecycle, Statement, Topic
from learning.queries.bank import items_of
from learning.queries.exports import TooManyStatements, exported
from learning.tasks import examine_import
from padawanforge.kit.work import WorkState
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.players import PlayerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
HEAD = "text,answer,topic,fact_key\n"


def examined(table, **options):
    run = keep_file(player=None, data=(HEAD + table).encode(), file_name="facts.csv", **options)
    return examine(run=run)


def verdicts(run):
    return [
        (row.line, row.verdict, row.message) for row in ImportRow.objects.filter(run=run).order_by("position")
    ]


# --- The look at it --------------------------------------------------------------------------------------


def test_each_row_gets_its_verdict():
    topic = TopicFactory(name="Metals")
    known = StatementFactory(text="Gold is a soft metal.", topic=topic)
    near = StatementFactory(text="Copper conducts electricity better than iron does.", topic=topic)
    fingerprint([known, near])

    run = examined(
        "GOLD is a soft metal,false,Metals,\n"
        "Copper conducts electricity better than iron doe.,true,Metals,\n"
        "Tin is a metal.,true,Metals,\n"
        "tin is a metal,true,Metals,\n"
        "Zinc is a metal.,perhaps,Metals,\n"
        "Lead is heavy.,true,,\n"
    )

    assert verdicts(run) == [
        (2, "duplicate", "It is there with the other key."),
        (3, "near", "94% alike"),
        (4, "new", ""),
        (5, "duplicate", "As in line 4 of this file."),
        (6, "error", "The answer 'perhaps' is neither true nor false."),
        (7, "error", "It names no topic; choose one for the whole file."),
    ]
    assert run.counts == {"duplicate": 2, "near": 1, "new": 1, "error": 2}
    assert [row.alike for row in ImportRow.objects.order_by("position")[:2]] == [known, near]
    assert not Statement.objects.filter(text__startswith="Tin").exists()


def test_the_two_sides_of_a_fact_are_no_duplicates():
    sentence = "The great river of the north flows for many days through forests and hills into the cold sea at the town of {}."
    run = examined(
        f"{sentence.format('Astan')},true,Rivers,river-mouth\n{sentence.format('Astar')},false,Rivers,river-mouth\n"
        f"{sentence.format('Astas')},false,Rivers,\n"
    )

    assert [verdict for _, verdict, _ in verdicts(run)] == ["new", "new", "near"]


def test_a_file_that_cannot_be_read_says_why_and_is_gone():
    run = keep_file(player=None, data=b"<quiz><question></quiz>", file_name="x.xml")
    name = run.file.name
    assert default_storage.exists(name)

    examine(run=run)

    run.refresh_from_db()
    assert (run.state, run.last_error) == (
        WorkState.FAILED,
        "This is no well-formed XML: it breaks off in line 1.",
    )
    assert not default_storage.exists(name)


@pytest.mark.parametrize(
    ("data", "scanner", "reason"),
    [
        (b"  \n", "", "empty"),
        (b"x" * (20 * 2**20 + 1), "", "more than 20 MB"),
        (b"text,answer", "tests.learning.test_imports.complain", "refused: a worm"),
    ],
)
def test_some_files_are_not_even_kept(settings, data, scanner, reason):
    settings.UPLOAD_SCANNER = scanner

    with pytest.raises(ImportRefused, match=reason):
        keep_file(player=None, data=data, file_name="x.csv")

    assert not ImportRun.objects.exists()


def complain(data):
    return "a worm"


def test_the_job_looks_at_a_file_once(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = receive_file(player=PlayerFactory(), data=f"{HEAD}A b.,true,T,\n".encode(), file_name="x.csv")

    run.refresh_from_db()
    assert (run.state, run.counts, run.attempts) == (WorkState.DONE, {"new": 1}, 1)
    examine_import(pk=run.pk)
    run.refresh_from_db()
    assert run.attempts == 1


def test_what_fails_again_and_again_is_given_up():
    run = keep_file(player=None, data=b"x", file_name="x.csv")

    give_up(run)

    assert ImportRun.objects.values_list("state", "file").get() == ("failed", "")


@pytest.mark.parametrize("count", [2, 30])
def test_looking_at_many_rows_costs_as_much_as_at_few(count, django_assert_max_num_queries):
    table = "".join(f"Number {n * n} comes after {n * n - 1}.,true,Sums,\n" for n in range(count))
    run = keep_file(player=None, data=(HEAD + table).encode(), file_name="x.csv")

    with django_assert_max_num_queries(11):
        examine(run=run)


# --- Taking over -----------------------------------------------------------------------------------------


def test_new_rows_wait_for_review_under_their_topics():
    player, metals = PlayerFactory(), TopicFactory(name="Metals", slug="metals")
    run = examined("Tin is a metal.,true,METALS,tin\nTuna is a metal.,false,Fish,\n")

    count = take_over(run=run, player=player, with_near=False, now=timezone.now())

    rows = Statement.objects.order_by("pk").values_list(
        "text", "answer", "topic__slug", "lifecycle", "source", "source_reference", "polarity", "created_by"
    )
    assert count == 2
    assert list(rows) == [
        ("Tin is a metal.", True, "metals", "pending", "imported", "facts.csv", "affirms", player.pk),
        ("Tuna is a metal.", False, "fish", "pending", "imported", "facts.csv", "denies", player.pk),
    ]
    assert Topic.objects.get(slug="metals") == metals
    assert [row.statement.text[:4] for row in ImportRow.objects.order_by("pk")] == ["Tin ", "Tuna"]
    assert Statement.objects.first().fingerprints.count() == 12


def test_a_file_is_taken_over_once():
    run = examined("Tin is a metal.,true,Metals,\n")
    take_over(run=run, player=None, with_near=False, now=timezone.now())

    with pytest.raises(AlreadyTakenOver):
        take_over(run=run, player=None, with_near=False, now=timezone.now())

    assert Statement.objects.count() == 1


@pytest.mark.parametrize(("with_near", "count"), [(True, 2), (False, 1)])
def test_near_duplicates_come_in_only_if_somebody_says_so(with_near, count):
    sentence = "The great river of the north flows for many days through forests and hills into the cold sea at the town of {}.,true,Rivers,\n"
    run = examined(sentence.format("Astan") + sentence.format("Astas"))

    assert take_over(run=run, player=None, with_near=with_near, now=timezone.now()) == count


def test_what_came_in_meanwhile_does_not_come_in_twice():
    run = examined("Tin is a metal.,true,Metals,\nZinc is a metal.,true,Metals,\n")
    StatementFactory(text="Tin is a metal.", topic=TopicFactory(name="Metals"))

    assert take_over(run=run, player=None, with_near=False, now=timezone.now()) == 1


def test_what_was_only_looked_at_can_be_thrown_away():
    run = examined("Tin is a metal.,true,Metals,\n")

    assert discard(runs=ImportRun.objects.filter(pk=run.pk)) == 1
    assert not ImportRow.objects.exists()


# --- There and back --------------------------------------------------------------------------------------


def filled_bank(count):
    topics = [TopicFactory(name=f"Topic: {n} & {{more}}") for n in range(3)]
    Statement.objects.bulk_create(
        [
            completed(
                text=f"Statement {n * n * 7919} = {n}, isn't it? Its key {{is}} {n % 2}: \\{n}~#", answer=n % 2 == 0,
                topic=topics[n % 3], subtopic=f"Part {n % 5}", difficulty=["beginner", "expert"][n % 2],
                explanation=f"Because of {n}.\nAnd = of <b>it</b>.", source_reference=f"Book {n}, p. {n}",
                fact_key=f"fact-{n}", source_span="in «the» book", lang="en",
            )
            for n in range(count)
        ]
    )  # fmt: skip


def completed(**values):
    statement = Statement(lifecycle=Lifecycle.APPROVED, **values)
    statement.complete()
    return statement


@pytest.mark.parametrize("kind", [name for name in WRITABLE if name != "aiken"])
def test_500_statements_come_back_into_an_empty_site(kind):
    filled_bank(500)
    before = list(items_of(Statement.objects.all()))
    chosen, data = exported(Statement.objects.all(), kind=kind)
    Statement.objects.all().delete()
    Topic.objects.all().delete()

    run = keep_file(player=None, data=data, file_name=f"all{chosen.ending}")
    examine(run=run)
    take_over(run=run, player=None, with_near=True, now=timezone.now())

    assert run.counts.keys() <= {"new", "near"}
    assert list(items_of(Statement.objects.all())) == before
    assert exported(Statement.objects.all(), kind=kind)[1] == data


@pytest.mark.parametrize("count", [1, 3])
def test_writing_a_file_takes_two_queries(count, django_assert_num_queries):
    filled_bank(count)

    with django_assert_num_queries(2):
        exported(Statement.objects.all(), kind="gift")


def test_no_file_is_written_that_could_not_be_read(monkeypatch):
    filled_bank(3)
    monkeypatch.setattr("learning.queries.exports.MAX_ROWS", 2)

    with pytest.raises(TooManyStatements):
        exported(Statement.objects.all(), kind="csv")


# --- Commands --------------------------------------------------------------------------------------------


def run_command(capsys, *arguments):
    call_command(*arguments)
    return capsys.readouterr().out


def test_the_commands_bring_statements_out_and_in(tmp_path, capsys):
    filled_bank(3)
    target = tmp_path / "all.gift"

    assert "3 statements" in run_command(capsys, "export_statements", str(target), "--format", "gift")
    Statement.objects.all().delete()
    out = run_command(capsys, "import_statements", str(target), "--dry-run")
    assert out.count("New") == 3
    assert not ImportRun.objects.exists()
    assert "3 statements wait" in run_command(capsys, "import_statements", str(target))
    assert set(Statement.objects.values_list("lifecycle", flat=True)) == {"pending"}


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        (b"nonsense", [], "Nobody can tell"),
        (b"text,answer\nx,1\n", ["--topic", "nowhere"], "no topic"),
        (None, [], "No such file"),
    ],
)
def test_the_command_says_what_is_wrong(tmp_path, content, options, reason):
    path = Path(tmp_path / "x.dat")
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(CommandError, match=reason):
        call_command("import_statements", str(path), *options)
