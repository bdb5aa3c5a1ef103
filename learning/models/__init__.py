from learning.models.answer import AnswerEvent, Settlement
from learning.models.card import ReviewCard
from learning.models.correction import DifficultyEstimate, KeyFlip
from learning.models.fairness import FairnessFigure
from learning.models.hint import Hint
from learning.models.history import (
    ReviewReason,
    StatementFingerprint,
    StatementReview,
    StatementVector,
    StatementVersion,
)
from learning.models.imports import ImportRow, ImportRun
from learning.models.league import LeagueCohort, LeagueEntry, LeagueMember
from learning.models.pool import GenerationRun, StatementPool
from learning.models.practice import Practice, Sitting
from learning.models.report import StatementRating, StatementReport
from learning.models.skill import TopicSkill
from learning.models.statement import Lifecycle, Statement, Topic

__all__ = [
    "AnswerEvent",
    "DifficultyEstimate",
    "FairnessFigure",
    "GenerationRun",
    "Hint",
    "ImportRow",
    "ImportRun",
    "KeyFlip",
    "LeagueCohort",
    "LeagueEntry",
    "LeagueMember",
    "Lifecycle",
    "Practice",
    "ReviewCard",
    "ReviewReason",
    "Settlement",
    "Sitting",
    "Statement",
    "StatementFingerprint",
    "StatementPool",
    "StatementRating",
    "StatementReport",
    "StatementReview",
    "StatementVector",
    "StatementVersion",
    "Topic",
    "TopicSkill",
]
