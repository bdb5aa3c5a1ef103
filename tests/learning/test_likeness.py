from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.actions.likeness import embed_missing, fingerprint, fingerprint_missing
from learning.models import Lifecycle, Statement, StatementVector
from learning.queries.likeness import nearest, similar_to
from learning.rules.likeness import fingerprints, hash_of, likeness, most_alike, normal_form, trigrams
from learning.tasks import know_likeness
from tests.factories.learning import StatementFactory, TopicFactory

WORDS = [
    "river", "mountain", "copper", "engine", "treaty", "planet", "enzyme", "harbour", "violin", "glacier",
    "pigment", "senate", "orbit", "fossil", "magnet", "canal", "poem", "lens", "virus", "bridge",
]  # fmt: skip


@given(st.text(max_size=80))
def test_case_marks_and_spaces_change_nothing(text):
    assert hash_of(f"  {text.upper().lower()} !") == hash_of(text.upper().lower())
    assert normal_form(normal_form(text)) == normal_form(text)


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_a_share_that_goes_both_ways(one, other):
    share = likeness(trigrams(one), trigrams(other))

    assert 0 <= share <= 1
    assert share == likeness(trigrams(other), trigrams(one))
    assert likeness(trigrams(one), trigrams(one)) in (0, 1)


def sentences(count):
    chance = Random(7)
    return [" ".join(chance.choices(WORDS, k=12)) for _ in range(count)]


def test_near_duplicates_share_a_fingerprint_and_strangers_seldom_do():
    texts = sentences(300)
    near = [text.replace(text.split()[-1], text.split()[-1] + "s") for text in texts]
    alike = [
        (text, other) for text, other in zip(texts, near, strict=True)
        if likeness(trigrams(text), trigrams(other)) >= 0.9
    ]  # fmt: skip

    assert len(alike) > 200
    assert all(set(fingerprints(text)) & set(fingerprints(other)) for text, other in alike)
    plain = [f"{n} {hash_of(str(n))[:40]}" for n in range(200)]
    met = sum(bool(set(fingerprints(one)) & set(fingerprints(two))) for one, two in pairwise(plain))
    assert met <= 4


def test_the_most_alike_comes_first():
    others = [(1, "Gold is a heavy metal."), (2, "Gold is a metal."), (3, "Birds sing.")]

    assert [key for key, _ in most_alike("Gold is a metal!", others, least=0.5)] == [2, 1]


def test_words_are_needed():
    assert fingerprints(" ?! ") == []


# --- In the bank -----------------------------------------------------------------------------------------


def stored(*texts, **columns):
    topic = columns.pop("topic", None) or TopicFactory()
    rows = [StatementFactory(text=text, topic=topic, **columns) for text in texts]
    fingerprint(rows)
    return rows


@pytest.mark.django_db
def test_the_nearest_statement_of_each_text_is_found():
    gold, _ = stored("Gold is a soft and heavy metal of the earth.", "Birds sing in the morning.")
    stored("Retired things are never met again, whoever asks.", lifecycle=Lifecycle.RETIRED)

    found = nearest(
        {
            1: "gold is a soft and heavy metal of the earth",
            2: "Something else entirely.",
            3: "Retired things are never met again, whoever asks.",
        }
    )

    assert found == {1: (gold.pk, 1.0)}


@pytest.mark.django_db
@pytest.mark.parametrize("count", [2, 40])
def test_looking_for_many_costs_as_much_as_for_few(count, django_assert_max_num_queries):
    texts = sentences(count)
    stored(*texts)

    with django_assert_max_num_queries(3):
        found = nearest(dict(enumerate(texts)))

    assert len(found) == count


@pytest.mark.django_db
def test_a_reviewer_sees_variants_first_then_what_is_alike():
    topic = TopicFactory()
    text = "Copper conducts electricity better than iron does."
    one, variant = stored(text, "Copper hardly conducts at all.", topic=topic, fact_key="copper-conducts")
    (alike,) = stored("Copper conducts electricity better than lead does.", topic=topic)
    stored("The sea is salty.", topic=topic)

    found = similar_to(one)

    assert [(row.statement, row.is_variant) for row in found] == [(variant, True), (alike, False)]
    assert 70 < found[1].percent < 100


@pytest.mark.django_db
def test_what_means_the_same_in_other_words_is_found_by_its_vector():
    topic = TopicFactory()
    one, same = stored("Dogs are descended from wolves.", "The wolf is the ancestor of the dog.", topic=topic)
    stored("Copper melts at 1085 degrees.", topic=topic)

    assert embed_missing() == 3
    found = similar_to(one)

    assert [(row.statement, row.by_meaning) for row in found] == [(same, True)]
    assert embed_missing() == 0


@pytest.mark.django_db
def test_what_came_in_without_fingerprints_gets_them(django_capture_on_commit_callbacks):
    statement = StatementFactory()

    with django_capture_on_commit_callbacks(execute=True):
        know_likeness()

    assert statement.fingerprints.count() == 12
    assert StatementVector.objects.get().content_hash == Statement.objects.get().content_hash
    assert fingerprint_missing() == 0
