from learning.models.answer import AnswerEvent, Settlement
from learning.models.skill import TopicSkill
from learning.models.statement import Statement, Topic

__all__ = ["AnswerEvent", "Settlement", "Statement", "Topic", "TopicSkill"]
