"""Learners who don't exist, through the real actions: `python -m bench.learning simulate`; and the queries of a
large installation: `python -m bench.learning measure`.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import exp, sqrt
from pathlib import Path
from random import Random
from uuid import uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "padawanforge.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from learning.actions.difficulties import estimate_all  # noqa: E402
from learning.actions.practice import answer_practice, go_on, open_practice, start_practice  # noqa: E402
from learning.actions.quality import refresh_statistics  # noqa: E402
from learning.actions.rebuild_all import all_differences  # noqa: E402
from learning.models import AnswerEvent, Practice, Sitting, Statement, Topic, TopicSkill  # noqa: E402
from learning.queries.due import due_facts, due_overview  # noqa: E402
from learning.queries.mastery import mastery_by_topic  # noqa: E402
from learning.queries.practice import next_statement  # noqa: E402
from learning.queries.quality import items, row_of  # noqa: E402
from learning.rules.quality import FLIP_LLR  # noqa: E402
from padawanforge.kit.paging import page_of  # noqa: E402
from players.models import Player, PlayerGameData  # noqa: E402

BEGIN = datetime(2026, 1, 5, 17, tzinfo=UTC)
SLIP, GUESS = 0.04, 0.5
WRONG_KEYS = 0.07
TIMES = 40


@dataclass(slots=True)
class Learner:
    """Somebody with a true skill; `clicks` never reads, `guesses` reads and doesn't know."""

    player: Player
    kind: str
    skill: float
    xp_after: dict[int, int] = field(default_factory=dict)


def simulate(*, honest: int, clickers: int, statements: int, practices: int, seed: int) -> None:
    rng = Random(seed)
    topic, truth, wrong = make_bank(statements, rng)
    learners = [make_learner("honest", rng.gauss(0.3, 1.0)) for _ in range(honest)]
    learners += [make_learner("guesser", -9.0) for _ in range(clickers)]
    learners += [make_learner("clicker", -9.0) for _ in range(clickers)]
    began = time.perf_counter()
    for number in range(practices):
        # On their days everybody practises twice, one after another, as on an evening.
        now = BEGIN + timedelta(days=number // 2, minutes=15 * (number % 2))
        for learner in learners:
            practise(learner, topic, truth, wrong, now=now, rng=rng)
            learner.xp_after[number + 1] = experience(learner.player)
    taken = time.perf_counter() - began
    answers = AnswerEvent.objects.filter(statement__topic=topic).count()
    print(f"{len(learners)} learners, {statements} statements, {answers} answers through the actions "
          f"in {taken:.0f} s ({answers / taken:.0f} a second)\n")  # fmt: skip
    tell_skills(learners, topic)
    tell_difficulties(topic, truth, wrong)
    tell_keys(topic, wrong)
    tell_pay(learners)
    print(f"\nrebuild_learning would change {len(all_differences(now=BEGIN))} rows.")


def make_bank(count: int, rng: Random) -> tuple[Topic, dict[int, float], set[int]]:
    slug = uuid4().hex[:12]
    topic = Topic.objects.create(name=f"Simulated {slug}", slug=slug)
    labels = {"beginner": -1.0, "intermediate": 0.0, "advanced": 1.0}
    truth, wrong = {}, set()
    for number in range(count):
        label = rng.choice(list(labels))
        one = Statement.objects.create(
            topic=topic, text=f"Simulated statement number {number} says so", answer=rng.random() < 0.5,
            difficulty=label, lifecycle=Statement.Lifecycle.APPROVED,
        )  # fmt: skip
        truth[one.pk] = labels[label] + rng.gauss(0, 0.6)
        if rng.random() < WRONG_KEYS:
            wrong.add(one.pk)
    return topic, truth, wrong


def make_learner(kind: str, skill: float) -> Learner:
    name = f"sim-{uuid4().hex[:12]}"
    player = Player.objects.create(username=name, email=f"{name}@example.org")
    for segment in ("profile", "preferences", "game_data", "personal_info"):
        Player._meta.get_field(segment).related_model.objects.get_or_create(player=player)
    return Learner(player, kind, skill)


def practise(
    learner: Learner, topic: Topic, truth: dict[int, float], wrong: set[int], *, now: datetime, rng: Random
) -> None:
    start_practice(player=learner.player, topic=topic, planned=20, now=now)
    while (practice := open_practice(learner.player)) is not None:
        if practice.statement is None:
            now += timedelta(seconds=8)
            go_on(player=learner.player, now=now)
            continue
        seconds = 0.3 if learner.kind == "clicker" else rng.uniform(4, 12)
        now += timedelta(seconds=seconds)
        verdict = said(learner, practice.statement, truth, wrong, rng)
        answer_practice(player=learner.player, number=practice.number, verdict=verdict, now=now)


def said(
    learner: Learner, statement: Statement, truth: dict[int, float], wrong: set[int], rng: Random
) -> bool:
    """What the learner takes for true. A wrong key is the opposite of the truth."""
    really = statement.answer != (statement.pk in wrong)
    if learner.kind != "honest":
        return rng.random() < 0.5
    knows = 1 / (1 + exp(truth[statement.pk] - learner.skill))
    is_right = rng.random() < GUESS + (1 - SLIP - GUESS) * knows
    return really if is_right else not really


def experience(player: Player) -> int:
    return PlayerGameData.objects.values_list("experience_points", flat=True).get(player=player)


def tell_skills(learners: list[Learner], topic: Topic) -> None:
    """Against the true skill, and how often two standard errors reach it."""
    rows = {row.player_id: row for row in TopicSkill.objects.filter(topic=topic)}
    honest = [one for one in learners if one.kind == "honest" and one.player.pk in rows]
    errors = [rows[one.player.pk].theta_mean - one.skill for one in honest]
    within = [
        abs(error) <= 1.96 * sqrt(rows[one.player.pk].theta_var)
        for one, error in zip(honest, errors, strict=True)
    ]
    given = AnswerEvent.objects.filter(player__in=[one.player.pk for one in honest], rapid=False)
    right = given.filter(correct=True).count() / max(given.count(), 1)
    print(f"skill: RMSE {rmse(errors):.2f} after {given.count() / max(len(honest), 1):.0f} answers each, "
          f"95 % interval covers {sum(within) / max(len(within), 1):.2f}, share right {right:.2f}")  # fmt: skip


def tell_difficulties(topic: Topic, truth: dict[int, float], wrong: set[int]) -> None:
    def errors() -> list[float]:
        rows = Statement.objects.filter(topic=topic, n_first__gte=10).exclude(pk__in=wrong)
        return [beta - truth[pk] for pk, beta in rows.values_list("pk", "beta_mean")]

    before = errors()
    moved = estimate_all()
    print(f"difficulty: RMSE {rmse(before):.2f} of {len(before)} statements with ten first answers, "
          f"{rmse(errors()):.2f} after the nightly estimate of {moved}")  # fmt: skip


def tell_keys(topic: Topic, wrong: set[int]) -> None:
    refresh_statistics(Statement.objects.filter(topic=topic).values_list("pk", flat=True))
    for least in (8, 12, 20, 30):
        rows = Statement.objects.filter(topic=topic, n_first__gte=least)
        flagged = set(rows.filter(key_llr__gt=FLIP_LLR).values_list("pk", flat=True))
        there = set(rows.values_list("pk", flat=True)) & wrong
        print(f"keys, {least:>2} first answers or more: {len(flagged & wrong)} of {len(there)} wrong ones found, "
              f"{len(flagged - wrong)} false alarms among {rows.count() - len(there)}")  # fmt: skip
    suspects = Statement.objects.filter(topic=topic, lifecycle=Statement.Lifecycle.SUSPECT)
    taken_out = set(suspects.values_list("pk", flat=True))
    print(f"out of play by rule: {len(taken_out & wrong)} with a wrong key, {len(taken_out - wrong)} others")


def tell_pay(learners: list[Learner]) -> None:
    print("\n| experience after | honest | reads and guesses | clicks |\n|---|--:|--:|--:|")
    numbers = sorted(learners[0].xp_after)
    for number in sorted({numbers[0], numbers[len(numbers) // 2], numbers[-1]}):
        means = [
            statistics.fmean([one.xp_after[number] for one in learners if one.kind == kind] or [0])
            for kind in ("honest", "guesser", "clicker")
        ]
        print(f"| {number} practices of 20 | " + " | ".join(f"{mean:.0f}" for mean in means) + " |")
    print(f"\n{Sitting.objects.count()} sittings paid")


def rmse(errors: list[float]) -> float:
    return sqrt(statistics.fmean([error * error for error in errors])) if errors else 0.0


def measure() -> None:
    """The queries of the largest pages, by players from the middle of the table."""
    now = datetime.now(UTC)
    players = list(Player.objects.filter(cards__due__lte=now).distinct().order_by("pk")[:TIMES])
    topics = list(Topic.objects.order_by("pk")[:TIMES])
    print(f"{connection.vendor}: {Statement.objects.count()} statements, {AnswerEvent.objects.count()} answers, "
          f"median and worst of {TIMES}\n")  # fmt: skip
    print(
        "| what | queries | median ms | worst ms | processor ms: database | Python |\n|---|--:|--:|--:|--:|--:|"
    )

    def practice(n: int) -> Practice:
        return Practice(
            pk=n + 1, uuid=uuid4(), player=players[n % len(players)], topic=topics[n % len(topics)]
        )

    def anything(n: int) -> Practice:
        return Practice(pk=n + 1, uuid=uuid4(), player=players[n % len(players)])

    deeds: list[tuple[str, Callable[[int], object]]] = [
        ("next statement, one topic",
         lambda n: next_statement(practice(n), number=n + 1, now=now, rng=Random(n))),
        ("next statement, all topics",
         lambda n: next_statement(anything(n), number=n + 1, now=now, rng=Random(n))),
        ("due list, 60 facts", lambda n: due_facts(players[n % len(players)].pk, now=now)),
        ("what is due, overview", lambda n: due_overview(players[n % len(players)].pk, now=now)),
        ("my topics", lambda n: mastery_by_topic(players[n % len(players)].pk, now=now)),
        ("item table, 50 rows", lambda n: table()),
        ("item table, one topic", lambda n: table(topic=topics[n % len(topics)].slug)),
        ("item table, broken only", lambda n: table(band="broken")),
    ]  # fmt: skip
    for name, deed in deeds:
        tell(name, deed)


def table(**chosen: str) -> list[object]:
    page = page_of(items(**chosen), order=("quality_score", "pk"), cursor="", limit=50)
    return [row_of(one) for one in page.rows]


def tell(name: str, deed: Callable[[int], object]) -> None:
    """The processor's time is what it costs alone, however busy the machine is."""
    with CaptureQueriesContext(connection) as queries:
        deed(0)
    times = []
    in_database, in_python = database_seconds(), time.process_time()
    for n in range(TIMES):
        began = time.perf_counter()
        deed(n)
        times.append((time.perf_counter() - began) * 1000)
    in_python = (time.process_time() - in_python) * 1000 / TIMES
    in_database = (database_seconds() - in_database) * 1000 / TIMES
    print(f"| {name} | {len(queries)} | {statistics.median(times):.0f} | {max(times):.0f} "
          f"| {in_database:.0f} | {in_python:.0f} |", flush=True)  # fmt: skip


def database_seconds() -> float:
    """What the processor has done for our connection, when the database runs on this machine."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    # Jobs would be done by a server; here nobody waits for them.
    settings.JOBS = {"kind": "immediate"}
    parser = argparse.ArgumentParser(description=__doc__)
    deeds = parser.add_subparsers(required=True)
    simulating = deeds.add_parser("simulate")
    simulating.set_defaults(run=simulate)
    for option, number in (
        ("honest", 60), ("clickers", 5), ("statements", 200), ("practices", 4), ("seed", 1),
    ):  # fmt: skip
        simulating.add_argument(f"--{option}", type=int, default=number)
    deeds.add_parser("measure").set_defaults(run=measure)
    chosen = vars(parser.parse_args())
    chosen.pop("run")(**chosen)
