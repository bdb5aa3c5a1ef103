from django.conf import settings
from django.db import models
from django.db.models import Q


class LeagueEntry(models.Model):
    """A player who has chosen to learn in a league; without a row nobody is in one."""

    player = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="league_entry"
    )
    joined_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"league entry of player #{self.player_id}"


class LeagueCohort(models.Model):
    """A group of one week. Its goal and what it came to are written down when the week is over."""

    week = models.DateField("Monday")
    number = models.PositiveIntegerField()
    goal = models.PositiveIntegerField(null=True)
    total = models.PositiveIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["week", "number"], name="learning_league_cohort_once"),
            models.CheckConstraint(
                name="learning_league_closes_with_figures",
                condition=Q(closed_at=None) | Q(goal__isnull=False, total__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"group {self.number} of {self.week}"


class LeagueMemberQuerySet(models.QuerySet):
    def shown(self) -> "LeagueMemberQuerySet":
        """Those who are in the league still, and may stand on boards that strangers see."""
        return self.filter(player__league_entry__isnull=False, player__game_data__is_listed=True)


class LeagueMember(models.Model):
    """One player's week in a league; the points are derived from the answers, as far as `measured_until`.

    `lows` is the lower bound of the mastery of each topic when the week began, `carried` the skill with which
    a topic begins that is not among them.
    """

    cohort = models.ForeignKey(LeagueCohort, on_delete=models.CASCADE, related_name="members")
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="league_weeks"
    )
    week = models.DateField("Monday", db_index=True)
    lows = models.JSONField(default=dict)
    carried = models.FloatField(default=0.0)
    usual = models.PositiveIntegerField("mean of the own weeks before", null=True)
    expected = models.PositiveIntegerField("part of the goal")
    points = models.PositiveIntegerField(default=0)
    is_awarded = models.BooleanField("in the best third", default=False)
    measured_until = models.DateTimeField()

    objects = LeagueMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["player", "week"], name="learning_league_member_once_a_week"),
            models.CheckConstraint(
                name="learning_league_mark_is_earned", condition=Q(is_awarded=False) | Q(points__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"league week #{self.pk}"
