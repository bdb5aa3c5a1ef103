"""The search is tried on statements, which have nothing to do with it otherwise."""

import pytest
from django.db import connection

from learning.models import Statement
from padawanforge.kit import fulltext
from padawanforge.kit.fulltext import Term
from tests.factories.learning import StatementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def searchable():
    fulltext.ensure(Statement, ["text", "explanation"])


def found(query):
    return set(fulltext.matching(Statement.objects.all(), query).values_list("text", flat=True))


def test_what_is_typed_is_words_phrases_and_exclusions():
    terms = fulltext.terms('light "cell wall" -moss it\'s --- ""')

    assert terms == [
        Term(("light",)),
        Term(("cell", "wall"), is_open=False),
        Term(("moss",), is_excluded=True),
        Term(("it", "s")),
    ]


def test_rows_with_all_words_are_found_wherever_they_stand(searchable):
    StatementFactory(text="Plants make sugar from light.", explanation="They call it photosynthesis.")
    StatementFactory(text="Plants sleep at night.")

    assert found("photosynthesis plants") == {"Plants make sugar from light."}


def test_the_end_of_a_word_may_be_left_out(searchable):
    StatementFactory(text="Photosynthesis needs light.")

    assert found("photosyn") == {"Photosynthesis needs light."}
    assert found("synthesis") == set()


def test_a_phrase_is_found_in_this_order_only(searchable):
    StatementFactory(text="A cell wall keeps its form.")
    StatementFactory(text="The wall of a cell keeps its form.")

    assert found('"cell wall"') == {"A cell wall keeps its form."}


def test_excluded_words_keep_rows_out(searchable):
    StatementFactory(text="Iron melts at 1538 degrees.")
    StatementFactory(text="Iron rusts in water.")

    assert found("iron -water") == {"Iron melts at 1538 degrees."}


def test_changed_and_removed_rows_are_found_as_they_are_now(searchable):
    changed = StatementFactory(text="Copper is red.")
    StatementFactory(text="Copper is soft.").delete()
    Statement.objects.filter(pk=changed.pk).update(text="Brass is yellow.")

    assert found("copper") == set()
    assert found("brass") == {"Brass is yellow."}


def test_rows_from_before_are_taken_in():
    StatementFactory(text="Tin is a metal.")

    fulltext.ensure(Statement, ["text"])

    assert found("tin") == {"Tin is a metal."}


@pytest.mark.parametrize(
    "query", ["", "   ", '"', "-only", "*", "'", "a OR b) AND (", "NEAR(a b)", "\\", "%z", ":*"]
)
def test_no_query_breaks_the_database(searchable, query):
    StatementFactory(text="Something harmless.")

    assert found(query) == set()


def test_declaring_again_does_nothing_and_other_columns_make_it_anew(searchable):
    assert fulltext.ensure(Statement, ["text", "explanation"]) is False
    assert fulltext.ensure(Statement, ["text"]) is True
    assert fulltext.ensure(Statement, ["text"]) is False


def test_a_search_that_an_altered_table_has_lost_is_mended(searchable):
    lost = "TRIGGER learning_statement_fulltext_added"
    connection.check_constraints()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lost = "INDEX learning_statement_fulltext; ALTER TABLE learning_statement DROP COLUMN fulltext"
        cursor.execute(f"DROP {lost}")
    StatementFactory(text="Gold is heavy.")

    assert fulltext.ensure(Statement, ["text", "explanation"]) is True
    assert found("gold") == {"Gold is heavy."}


def test_what_was_looked_for_is_marked():
    pieces = fulltext.marked("Light makes plants; lightning does not.", "light -plants")

    assert pieces == [
        ("Light", True),
        (" makes plants; ", False),
        ("lightning", True),
        (" does not.", False),
    ]
