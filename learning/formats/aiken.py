"""Aiken: a line of text, its options, the letter of the right one. It carries sentence and key, no more."""

import re
from collections.abc import Iterable

from learning.formats.item import Item, Row, Rows, true_false_of
from learning.formats.texts import decoded

_OPTION = re.compile(r"([A-Z])[).]\s+(.*)\Z")
_ANSWER = re.compile(r"ANSWER:\s*([A-Z])\s*\Z")


def read(data: bytes) -> list[Row]:
    rows = Rows()
    question: list[str] = []
    start = 0
    for number, line in enumerate([*decoded(data).split("\n"), ""], start=1):
        plain = line.strip()
        if plain:
            start = start if question else number
            question.append(plain)
        # Some writers leave no empty line between questions, so the answer ends one as well.
        if question and (not plain or (len(question) > 1 and plain.startswith("ANSWER:"))):
            _question(rows, start, question)
            question = []
    return rows.found


def write(items: Iterable[Item]) -> bytes:
    questions = (f"{item.text}\nA) True\nB) False\nANSWER: {'A' if item.answer else 'B'}\n" for item in items)
    return "\n".join(questions).encode()


def _question(rows: Rows, line: int, lines: list[str]) -> None:
    options = [_OPTION.match(one) for one in lines[1:-1]]
    answer = _ANSWER.match(lines[-1])
    if answer is None or not options or None in options:
        rows.problem(line, "Behind the question only options and ANSWER: may follow.", text=lines[0])
        return
    found = [(option[1], option[2]) for option in options if option]
    letters = [letter for letter, _ in found]
    if answer[1] not in letters or len(set(letters)) != len(letters):
        rows.problem(line, f"There is no single option {answer[1]}.", text=lines[0])
        return
    key = true_false_of([text for _, text in found], letters.index(answer[1]))
    if key is None:
        rows.skip(line, "multiple choice", text=lines[0])
    else:
        rows.item(line, text=lines[0], answer=key)
