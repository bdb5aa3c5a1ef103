from django.conf import settings
from django.db import models
from django.db.models import F, Q

from learning.models.statement import Topic
from learning.rules.skill import MAX_SKILL, NEW_VARIANCE


class TopicSkill(models.Model):
    """What a player is thought to know of a topic; derived from the answers, and rebuilt from them.

    Of the figures only the rapid ones count clicks. The mastery is that over the statements which could be
    played when it was computed last.
    """

    player = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="skills")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="skills")
    theta_mean = models.FloatField("skill")
    theta_var = models.FloatField("its variance", default=NEW_VARIANCE)
    n_answers = models.PositiveIntegerField("answers", default=0)
    n_rapid = models.PositiveIntegerField("rapid answers", default=0)
    active_days = models.PositiveIntegerField("days with answers", default=0)
    last_at = models.DateTimeField("last answer", null=True)
    # Of the usual time in ms; a mean of logarithms is moved little by one long pause.
    pace = models.FloatField("mean logarithm of the times", default=0.0)
    mastery = models.FloatField()
    mastery_low = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["player", "topic"], name="learning_skill_once_per_topic"),
            models.CheckConstraint(
                name="learning_skill_within_limits",
                condition=Q(
                    theta_mean__gte=-MAX_SKILL,
                    theta_mean__lte=MAX_SKILL,
                    theta_var__gt=0,
                    theta_var__lte=NEW_VARIANCE,
                ),
            ),
            models.CheckConstraint(
                name="learning_mastery_is_a_share",
                condition=Q(mastery_low__gte=0, mastery_low__lte=F("mastery"), mastery__lte=1),
            ),
            models.CheckConstraint(
                name="learning_days_within_answers", condition=Q(active_days__lte=F("n_answers"))
            ),
        ]

    def __str__(self) -> str:
        return f"skill #{self.pk}"
