import json
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from learning.actions.generation import AlreadyGenerating, NothingToRead, generate, give_up, start_generation
from learning.models import GenerationRun, Statement, StatementPool
from learning.rules.candidates import Candidate, balanced, problem_of, stands_in, without_twins
from learning.tasks import generate as generate_job
from npcs.models import KnowledgeItem
from padawanforge.kit.work import WorkState
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.npcs import AiProviderFactory, KnowledgeFileFactory, KnowledgeItemFactory, NpcFactory
from tests.factories.players import GameMasterFactory
from tests.npcs.fake_provider import fake_provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
MOON = (
    "The Moon is about 384,400 kilometres away from the Earth. The first people landed on it in July 1969. "
    "A crater is a round hollow made by an impact. A mare is a dark plain of old lava."
)
SUN = (
    "The Sun is 109 times as wide as the Earth. Its light needs about 499 seconds to reach the planet Earth."
)


@pytest.fixture
def vega():
    npc = NpcFactory(slug="vega")
    file = KnowledgeFileFactory(npc=npc, file_name="sky.md")
    KnowledgeItemFactory(file=file, text=MOON, heading="The Moon")
    KnowledgeItemFactory(file=file, text=SUN, heading="")
    return npc


def candidate(text, *, answer=True, quote="The Moon is about 384,400 kilometres away", key="k"):
    return Candidate(text, answer, quote, "", 1, key, "true")


def begun(npc, *, seed=7, wanted=20, **options):
    run = start_generation(
        npc=npc,
        topic=options.pop("topic", None) or TopicFactory(),
        player=options.pop("player", None),
        difficulty="intermediate",
        wanted=wanted,
        seed=seed,
        **options,
    )
    GenerationRun.objects.claim(run.pk, now=timezone.now())
    run.refresh_from_db()
    return run


# --- What may become a statement ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("The Moon is about 384,400  kilometres\naway", True),
        ("the moon is about", False),
        ("The Moon was about 384,400 kilometres away", False),
    ],
)
def test_a_quote_stands_there_word_for_word(quote, stands):
    assert stands_in(quote, MOON) is stands


@pytest.mark.parametrize(
    ("offer", "reason"),
    [
        (candidate("The Moon is 384,400 kilometres away."), ""),
        (candidate("The Moon is 500,000 kilometres away.", answer=False), ""),
        (candidate("Far away."), "too short or too long"),
        (candidate("The Moon is made of cheese.", quote="It is made of cheese"), "quote not found"),
        (candidate("The Moon is made of cheese.", quote="The Moon"), "quote not found"),
        (candidate("A mare is a dark plain of old lava.", answer=False), "false, but as the notes say it"),
        (candidate("The Moon is 999 kilometres away."), "true, but with numbers that the quote lacks"),
    ],
)
def test_offers_that_claim_too_much_fall_through(offer, reason):
    assert problem_of(offer, passage=MOON) == reason


def test_twins_go_but_both_sides_of_a_fact_stay():
    long = "The great river of the north flows for many days through forests and hills into the {}."
    offers = [
        candidate(long.format("sea"), key="a"),
        candidate(long.format("seas"), key="a", answer=False),
        candidate(long.format("sea!"), key="b"),
    ]

    assert without_twins(offers, least=0.9) == (offers[:2], 1)


@pytest.mark.parametrize(
    ("keys", "kept"),
    [("TF", "TF"), ("TTTF", "TTF"), ("TTTT", "T"), ("", ""), ("F" * 30 + "T" * 20, "F" * 22 + "T" * 20)],
)
def test_neither_side_outweighs_the_other(keys, kept):
    found, gone = balanced([candidate("x", answer=key == "T") for key in keys])

    assert Counter("T" if one.answer else "F" for one in found) == Counter(kept)
    assert gone == len(keys) - len(kept)


# --- Without a model ---------------------------------------------------------------------------------------


def test_notes_become_a_pool_that_waits_for_review(vega):
    player, topic = GameMasterFactory(), TopicFactory()

    assert generate(run=begun(vega, player=player, topic=topic))

    run, pool = GenerationRun.objects.get(), StatementPool.objects.get()
    statements = list(Statement.objects.order_by("pk"))
    assert (run.state, run.pool, run.made, run.done, run.total) == ("done", pool, len(statements), 2, 2)
    assert set(pool.statements.all()) == set(statements)
    assert {(one.lifecycle, one.source, one.topic, one.npc, one.created_by) for one in statements} == {
        ("pending", "ai_generated", topic, vega, player)
    }
    assert Counter(one.answer for one in statements) == {True: run.made // 2, False: run.made // 2}
    text = {item.heading: item.text for item in KnowledgeItem.objects.all()}
    for one in statements:
        assert one.source_span in text["The Moon"] + text[""]
        assert one.source_span in one.explanation
        assert one.source_doc.file_name == "sky.md"
    pairs = Counter(one.fact_key for one in statements)
    assert set(pairs.values()) == {2}
    assert (pool.is_validated, pool.generation_context["seed"], pool.difficulty) == (False, 7, "intermediate")
    assert pool.generation_context["files"][0]["name"] == "sky.md"
    assert run.dropped["leans on others"] == 1


def test_the_same_seed_and_notes_make_the_same_pool(vega):
    def made():
        generate(run=begun(vega))
        texts = set(Statement.objects.values_list("text", "answer"))
        Statement.objects.all().delete()
        return texts

    assert made() == made() != set()


def test_what_is_in_the_bank_already_is_dropped_and_counted(vega):
    generate(run=begun(vega))
    count = Statement.objects.count()

    assert not generate(run=begun(vega, topic=TopicFactory()))

    again = GenerationRun.objects.latest("pk")
    assert (again.state, again.made, again.dropped["near-duplicate"]) == ("failed", 0, count)
    assert Statement.objects.count() == count


def test_no_more_are_made_than_wanted(vega):
    generate(run=begun(vega, wanted=4))

    assert Counter(Statement.objects.values_list("answer", flat=True)) == {True: 2, False: 2}


def test_notes_that_are_set_aside_or_not_read_yet_are_not_used(vega):
    vega.knowledge_files.update(is_active=False)
    waiting = KnowledgeFileFactory(npc=vega, state=WorkState.WAITING)
    KnowledgeItemFactory(file=waiting)

    with pytest.raises(NothingToRead):
        begun(vega)


def test_one_run_at_a_time_for_a_character(vega):
    begun(vega)

    with pytest.raises(AlreadyGenerating):
        begun(vega)


def test_the_job_does_it_once(vega, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = start_generation(
            npc=vega, topic=TopicFactory(), player=None, difficulty="beginner", wanted=6, seed=1
        )
    made = Statement.objects.count()

    generate_job(pk=run.pk)

    assert (made, Statement.objects.count()) == (6, 6)


def test_a_run_that_was_taken_over_stores_nothing(vega):
    run = begun(vega)
    give_up(run)

    assert not generate(run=run)

    assert not Statement.objects.exists()
    assert GenerationRun.objects.get().state == "failed"


@pytest.mark.parametrize("count", [1, 12])
def test_more_notes_take_no_more_queries(vega, count, django_assert_max_num_queries):
    file = vega.knowledge_files.get()
    for number in range(count):
        KnowledgeItemFactory(
            file=file, text=f"Star number {number} is {number + 500} light years away from us."
        )
    run = begun(vega, wanted=40)

    with django_assert_max_num_queries(24):
        generate(run=run)


# --- With a model ------------------------------------------------------------------------------------------


def offered(*rows):
    rows = [dict(zip(("statement", "is_true", "quote", "explanation"), row, strict=True)) for row in rows]
    return [json.dumps({"statements": rows})]


def with_model(npc, words, *, mode="ok", wanted=4):
    with fake_provider(mode, words=words) as server:
        AiProviderFactory(api_endpoint=server.url, is_default=True, provider_type="ollama")
        generate(run=begun(npc, with_model=True, wanted=wanted, player=GameMasterFactory()))
    return server


CRATER = "A crater is a round hollow made by an impact."


def test_a_model_has_to_quote_the_notes(vega):
    server = with_model(
        vega,
        offered(
            ("A crater is a hollow that an impact made.", True, CRATER, "The notes say so."),
            ("A crater is a high mountain.", False, CRATER, "It is a hollow."),
            ("The Moon is made of cheese.", True, "The Moon is made of cheese.", "Nobody said so."),
        ),
    )

    run = GenerationRun.objects.get()
    assert sorted(Statement.objects.values_list("text", "answer", "source_span")) == [
        ("A crater is a high mountain.", False, CRATER),
        ("A crater is a hollow that an impact made.", True, CRATER),
    ]
    # Both passages were read; the second one holds none of the quotes.
    assert run.dropped["quote not found"] == 4
    assert (run.engine, run.model_name, run.note) == ("model", "Test server · tiny", "")
    system, user = server.requests[0]["messages"][:2]
    assert "holds no instructions" in system["content"]
    assert MOON in user["content"]


def test_without_an_answer_the_built_in_generator_does_it(vega):
    with_model(vega, ["I would rather not."])

    run = GenerationRun.objects.get()
    assert (run.state, run.engine, run.made) == ("done", "builtin", 4)
    assert run.note.startswith("No model answered")


def test_without_a_provider_the_built_in_generator_does_it(vega):
    generate(run=begun(vega, with_model=True, wanted=4))

    assert GenerationRun.objects.values_list("engine", "model_name").get() == (
        "builtin",
        "built-in generator",
    )


def test_a_model_that_only_knows_truths_makes_no_pool_of_them(vega):
    with_model(
        vega,
        offered(
            ("A crater is a hollow that an impact made.", True, CRATER, ""),
            ("Impacts make round hollows on the ground.", True, CRATER, ""),
            ("A round hollow may be called a crater.", True, CRATER, ""),
        ),
    )

    run = GenerationRun.objects.get()
    assert (run.made, run.dropped["unbalanced"]) == (1, 2)


# --- The command -------------------------------------------------------------------------------------------


def test_the_command_makes_them_at_once(vega, capsys):
    TopicFactory(slug="sky")

    call_command("generate_statements", "vega", "sky", "--wanted", "4", "--seed", "3")

    out = capsys.readouterr().out
    assert "4 statements by the built-in generator wait for review." in out
    assert Statement.objects.count() == 4


@pytest.mark.parametrize(
    ("arguments", "reason"), [(("nobody", "sky"), "no character"), (("mute", "sky"), "read nothing")]
)
def test_the_command_says_what_is_wrong(arguments, reason):
    TopicFactory(slug="sky")
    NpcFactory(slug="mute")

    with pytest.raises(CommandError, match=reason):
        call_command("generate_statements", *arguments)


def test_a_statement_outlives_the_notes_it_came_from(vega):
    generate(run=begun(vega, wanted=2))
    vega.knowledge_files.all().delete()

    assert Statement.objects.filter(source_doc=None).exclude(source_span="").count() == 2
    assert StatementFactory(topic=TopicFactory()).source_span == ""
