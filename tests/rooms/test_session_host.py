from inspect import signature

import pytest

from padawanforge.kit.markdown import render
from rooms import host

NUMBERS_ONLY = (host.question, host.question_again)


@pytest.mark.parametrize("line", NUMBERS_ONLY)
def test_lines_for_open_questions_are_made_from_numbers(line):
    kinds = {parameter.annotation for parameter in signature(line, eval_str=True).parameters.values()}

    assert kinds == {int}


def test_the_opening_knows_topic_and_numbers_only():
    assert set(signature(host.opening).parameters) == {"topic", "rounds", "seconds", "seed"}


def test_lines_vary_with_the_seed_and_are_the_same_for_the_same():
    openings = [host.opening(topic="Comets", rounds=5, seconds=20, seed=seed % 20) for seed in range(40)]
    questions = {host.question(number=number, rounds=20, seed=1) for number in range(1, 20)}

    assert openings[:20] == openings[20:]
    assert (len(set(openings)), len(questions)) == (3, 19)


def test_every_opening_names_topic_rounds_and_seconds():
    for seed in range(20):
        line = host.opening(topic="Comets", rounds=7, seconds=25, seed=seed)
        assert all(word in line for word in ("**Comets**", "7 statements", "25 seconds"))


def test_the_last_question_is_announced_as_such():
    assert host.question(number=5, rounds=5, seed=1).startswith("The last one, number 5.")
    assert "last" not in host.question(number=1, rounds=1, seed=1)


@pytest.mark.parametrize(
    ("answers", "right", "fastest", "beginning", "end"),
    [
        (0, 0, "", "It is **true**. Nobody answered", "anyway."),
        (3, 0, "", "It is **true**.", "reason well."),
        (3, 0, "", "It is **true**.", "one to remember."),
        (3, 3, "Ada", "It is **true**.", "Ada was the fastest."),
        (3, 2, "Ada", "It is **true**. 2", "Ada was the fastest."),
        (1, 1, "Ada", "It is **true**.", "right!"),
        (1, 1, "Ada", "It is **true**.", "were right."),
    ],
)
def test_the_reveal_tells_the_key_how_many_and_the_fastest(answers, right, fastest, beginning, end):
    lines = [
        host.reveal(is_true=True, answers=answers, right=right, fastest=fastest, seed=seed)
        for seed in range(20)
    ]

    assert all(line.startswith(beginning) for line in lines)
    assert any(line.endswith(end) for line in lines)


def test_the_farewell_names_the_podium():
    assert host.farewell(podium=[]).startswith("The quiz is over.")
    assert host.farewell(podium=[("Ada", 300)]).endswith("**Ada** wins with 300 points!")
    line = host.farewell(podium=[("Ada", 300), ("Bo", 200), ("Cy", 100)])
    assert line.endswith("Behind: Bo (200), then Cy (100).")


@pytest.mark.parametrize("name", ["[gift](http://evil.example)", "<http://evil.example>", "**x** `y` &amp;"])
def test_a_name_is_shown_as_it_is_and_makes_no_link(name):
    lines = [
        host.farewell(podium=[(name, 1), (name, 1)]),
        host.reveal(is_true=True, answers=2, right=1, fastest=name, seed=1),
    ]

    for html in map(render, lines):
        assert "<a" not in html
        assert "<code" not in html
        shown = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert shown in html
