"""Achievements as data: a rule is JsonLogic over counters, and what nobody counts is 0."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from json_logic import jsonLogic

Rule = Any
Figures = Mapping[str, int | float]
OPERATORS = frozenset(
    {"and", "or", "!", "==", "!=", ">", ">=", "<", "<=", "+", "-", "*", "/", "min", "max", "var"}
)


@dataclass(frozen=True, slots=True)
class Goal:
    """A rule that waits for one counter to reach a figure: its way can be drawn."""

    counter: str
    target: int | float


def counters_of(rule: Rule) -> frozenset[str]:
    """The names of the counters that the rule looks at."""
    if isinstance(rule, list):
        return frozenset().union(*map(counters_of, rule))
    if not isinstance(rule, dict):
        return frozenset()
    if "var" in rule:
        named = rule["var"]
        return frozenset({str(named[0] if isinstance(named, list) else named)})
    return counters_of(list(rule.values()))


def is_reached(rule: Rule, figures: Figures) -> bool:
    """A rule that can't be worked out is not reached; the console refuses such rules."""
    known = {name: figures.get(name, 0) for name in counters_of(rule)}
    try:
        return jsonLogic(rule, known) is True
    except (TypeError, ValueError, ZeroDivisionError, KeyError):
        return False


def goal_of(rule: Rule) -> Goal | None:
    """The goal of a rule like {">=": [{"var": "correct"}, 100]}; None of any other."""
    match rule:
        case {">=": [{"var": str(counter)}, int() | float() as target]} if len(rule) == 1:
            return Goal(counter, target)
    return None


def problem_of_rule(rule: Rule) -> str:
    """What is wrong with the rule, in a sentence; else ''."""
    if not isinstance(rule, dict) or not rule:
        return 'Write a rule such as {">=": [{"var": "correct"}, 100]}.'
    if unknown := _operators(rule) - OPERATORS:
        return f"The rule knows no {', '.join(sorted(unknown))}. There are: {', '.join(sorted(OPERATORS))}."
    if not counters_of(rule):
        return "The rule looks at no counter, so it would hold for everybody or for nobody."
    return ""


def _operators(rule: Rule) -> set[str]:
    if isinstance(rule, list):
        return set().union(*map(_operators, rule))
    if not isinstance(rule, dict):
        return set()
    return set(rule) | _operators(list(rule.values()))
