from learning.models.answer import AnswerEvent
from learning.models.statement import Statement, Topic

__all__ = ["AnswerEvent", "Statement", "Topic"]
