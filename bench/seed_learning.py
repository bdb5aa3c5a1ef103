"""Fills a PostgreSQL database that has players with statements and answers to them, inside the database:
`python -m bench.seed_learning --statements 100000 --answers 5000000`.
"""

import argparse
import os
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "padawanforge.settings")

import django

django.setup()

from django.db import connection  # noqa: E402
from django.db.models import Model  # noqa: E402

from learning.models import AnswerEvent, ReviewCard, Settlement, Statement, Topic, TopicSkill  # noqa: E402

TOPICS = 100
SKILLS_EACH = 12
LABELS = "(ARRAY['beginner','intermediate','advanced','expert'])[1 + {n} % 4]"

STATEMENT = {
    "uuid": "gen_random_uuid()",
    "text": "'Fact ' || n / 2 || CASE WHEN n % 2 = 0 THEN ' holds' ELSE ' does not hold' END || ' in the ' || md5(n::text)",
    "answer": "n % 2 = 0",
    "topic_id": "(SELECT min(id) FROM learning_topic) + (n / 2) % {topics}",
    "difficulty": LABELS.format(n="n"),
    "fact_key": "'fact-' || n / 2",
    "polarity": "CASE WHEN n % 2 = 0 THEN 'affirms' ELSE 'denies' END",
    "content_hash": "md5(n::text)",
    "lifecycle": "CASE WHEN n % 50 = 0 THEN 'suspect' ELSE 'approved' END",
    "quality_score": "0.2 + 0.7 * random()",
    "beta_mean": "-3 + 6 * random()",
    "beta_var": "0.05",
    "n_first": "50",
    "n_first_correct": "25 + (n % 25)",
    "rt_median_ms": "4000 + n % 4000",
    "rt_log_sd": "0.4",
    "discrimination": "random() * 0.5",
    "key_llr": "-10 + 12 * random()",
    "lang": "'en'",
    "source": "'manual'",
    "created_at": "now()",
    "updated_at": "now()",
    "version": "1",
}
ANSWER = {
    "player_id": "p.ids[1 + n % p.many]",
    "statement_id": "s.first + ((n::bigint * 7919) % s.many)",
    "statement_version": "1",
    "mode": "'practice'",
    "shown_at": "at - interval '5 seconds'",
    "received_at": "at",
    "rt_ms": "3000 + n % 5000",
    "answer": "n % 5 > 0",
    "correct": "n % 5 > 0",
    "confidence": "CASE WHEN n % 4 > 0 THEN n % 4 END",
    "first_attempt": "true",
    "due_review": "n % 3 = 0",
    "grade": "3",
    "settlement_id": "t.first + n / {per_settlement}",
    "p_before": "0.8",
    "theta_before": "-1 + random() * 2",
    "beta_before": "0",
    "theta_after": "0",
    "beta_after": "0",
    "xp": "5",
    "idempotency_key": "'bench:' || n",
}
CARD = {
    "player_id": "p.ids[1 + n % p.many]",
    "topic_id": "(SELECT min(id) FROM learning_topic) + (n / p.many) % {topics}",
    "fact_key": "'fact-' || (n / p.many) % {facts}",
    "state": "2",
    "stability": "5 + random() * 50",
    "difficulty": "5",
    "due": "now() + (random() * 60 - 6) * interval '1 day'",
    "last_review": "now() - random() * 20 * interval '1 day'",
    "reps": "3",
    "last_variant": "n % 2 = 0",
}
SKILL = {
    "player_id": "p.ids[1 + n % p.many]",
    "topic_id": "(SELECT min(id) FROM learning_topic) + (n / p.many) % {topics}",
    "theta_mean": "-2 + 4 * random()",
    "theta_var": "0.2",
    "n_answers": "100",
    "active_days": "20",
    "last_at": "now() - random() * 30 * interval '1 day'",
    "mastery": "0.6",
    "mastery_low": "0.5",
}
PEOPLE = "(SELECT array_agg(id ORDER BY id) AS ids, count(*)::int AS many FROM players_player) p"


def main(*, statements: int, answers: int) -> None:
    if connection.vendor != "postgresql":
        raise SystemExit("Only PostgreSQL can fill itself.")
    per_settlement = 100
    facts = max(statements // 2, 1)
    run("topics", "INSERT INTO learning_topic (name, slug, created_at) "
        f"SELECT 'Bench ' || n, 'bench-' || n, now() FROM generate_series(1, {TOPICS}) n")  # fmt: skip
    fill(Statement, STATEMENT, f"generate_series(0, {statements - 1}) n", topics=TOPICS)
    run("settlements", "INSERT INTO learning_settlement (settled_at) "
        f"SELECT now() FROM generate_series(0, {answers // per_settlement})")  # fmt: skip
    people = Sources.people()
    fill(
        AnswerEvent,
        ANSWER,
        f"{PEOPLE}, (SELECT min(id) AS first, count(*) AS many FROM learning_statement) s, "
        "(SELECT min(id) AS first FROM learning_settlement) t, "
        f"(SELECT n, now() - random() * interval '365 days' AS at FROM generate_series(0, {answers - 1}) n) r",
        per_settlement=per_settlement,
    )
    fill(ReviewCard, CARD, f"{PEOPLE}, generate_series(0, {answers // 2 - 1}) n", topics=TOPICS, facts=facts)
    fill(TopicSkill, SKILL, f"{PEOPLE}, generate_series(0, {people * SKILLS_EACH - 1}) n", topics=TOPICS)
    run("analyze", "ANALYZE")
    for model in (Topic, Statement, Settlement, AnswerEvent, ReviewCard, TopicSkill):
        print(f"{model.__name__}: {model.objects.count()}")


class Sources:
    @staticmethod
    def people() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM players_player")
            count = cursor.fetchone()[0]
        if not count:
            raise SystemExit(
                "Fill the database with players first: python -m bench.seed_players --count 5000"
            )
        return count


def fill(model: type[Model], values: dict[str, str], source: str, **numbers: int) -> None:
    """Every column that the table wants: ours, or its default, or nothing."""
    columns = dict(values)
    for field in model._meta.concrete_fields:
        if field.column in columns or field.primary_key or field.generated:
            continue
        columns[field.column] = literal(field)
    names = ", ".join(f'"{name}"' for name in columns)
    expressions = ", ".join(value.format(**numbers) for value in columns.values())
    run(model.__name__, f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {expressions} FROM {source}')


def literal(field: object) -> str:
    if field.null:
        return "NULL"
    value = field.get_default()
    if isinstance(value, bool):
        return str(value).lower()
    return "''" if value in ("", None) else repr(value) if not hasattr(value, "value") else f"'{value.value}'"


def run(what: str, sql: str) -> None:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(sql)
    print(f"{what}: {time.perf_counter() - began:.1f} s", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", type=int, default=10_000)
    parser.add_argument("--answers", type=int, default=200_000)
    main(**vars(parser.parse_args()))
