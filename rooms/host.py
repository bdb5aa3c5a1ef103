"""What the hosting character says. While a question is open its lines are made from numbers only.

The functions for open questions take no statement, no key and no explanation, so the host can't give away
what it does not get.
"""

import re
from collections.abc import Sequence
from random import Random

OPENINGS = (
    "A quiz on **{topic}** begins soon: {rounds} statements, {seconds} seconds each. Get *ready*!",
    "Who knows **{topic}**? {rounds} statements are waiting, {seconds} seconds for each. Come and play!",
    "Gather round: {rounds} statements on **{topic}**, {seconds} seconds each. Come and join!",
)
QUESTIONS = (
    "Statement {number} of {rounds}: true or false?",
    "Here comes number {number} of {rounds}. What do you think?",
    "Number {number} of {rounds} is on the board.",
)
AGAIN = "We were interrupted. Once more number {number}, with the whole time."
LAST_QUESTION = "The last one, number {number}. Everything is still open!"
ALL_RIGHT = ("Everybody had it right!", "A clean sweep: all of you were right.")
NONE_RIGHT = (
    "Nobody had it. That is the one to remember.",
    "That one fooled everybody; read the reason well.",
)
SOME_RIGHT = ("{right} of {answers} had it right.", "{right} out of {answers} were right.")
NO_ANSWER = "Nobody answered in time. Have a look at the reason anyway."
MARKUP = re.compile(r"([\\`*_\[\]<>~&:])")
OWN_SIDE = "The answer stands beside your side of it."
FASTEST = "{name} was the fastest."


def opening(*, topic: str, rounds: int, seconds: int, seed: int) -> str:
    return Random(seed).choice(OPENINGS).format(topic=topic, rounds=rounds, seconds=seconds)


def question(*, number: int, rounds: int, seed: int) -> str:
    line = LAST_QUESTION if number == rounds > 1 else Random(seed + number).choice(QUESTIONS)
    return line.format(number=number, rounds=rounds)


def question_again(*, number: int) -> str:
    return AGAIN.format(number=number)


def reveal(*, is_true: bool | None, answers: int, right: int, fastest: str, seed: int) -> str:
    """After the reveal: the key (none where neighbours were asked different sides), how many were right, and who
    was the fastest of them.
    """
    chance = Random(seed)
    key = OWN_SIDE if is_true is None else f"It is **{'true' if is_true else 'false'}**."
    if not answers:
        return f"{key} {NO_ANSWER}"
    lines = ALL_RIGHT if right == answers else SOME_RIGHT if right else NONE_RIGHT
    words = [key, chance.choice(lines).format(right=right, answers=answers)]
    if fastest and answers > 1:
        words.append(FASTEST.format(name=plain(fastest)))
    return " ".join(words)


def farewell(*, podium: Sequence[tuple[str, int]]) -> str:
    """The end; names and points of the best, best first."""
    if not podium:
        return "The quiz is over. Next time somebody will answer!"
    winner, points = podium[0]
    line = f"The quiz is over. **{plain(winner)}** wins with {points} points!"
    others = ", then ".join(f"{plain(name)} ({points})" for name, points in podium[1:])
    return f"{line} Behind: {others}." if others else line


def plain(name: str) -> str:
    """The name with its markup made harmless: a player must not put a link into the host's mouth."""
    return MARKUP.sub(r"\\\1", name)
