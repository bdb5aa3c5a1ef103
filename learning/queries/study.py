"""What a learner may read before he answers again: learning cards, and whether to offer them."""

from learning.models import AnswerEvent, Statement
from learning.queries.open_questions import asked_now
from learning.rules.guessing import RUN, Try, looks_like_guessing, norm_of
from players.queries.needs import has_own_time

CARDS = 20
# So many wrong answers are looked through for different statements.
LOOKED_AT = 200


def seems_to_guess(player_id: int) -> bool:
    """By the last answers that count; never of somebody with a time of his own, whose pace says nothing."""
    given = AnswerEvent.objects.filter(
        player=player_id, settlement__isnull=False, answer__isnull=False, hinted=False
    )
    columns = "correct", "rt_ms", "statement__text", "statement__rt_median_ms"
    rows = given.order_by("-received_at", "-pk").values_list(*columns)[:RUN]
    tries = [
        Try(is_right, took_ms, norm_of(text=text, median_ms=median_ms))
        for is_right, took_ms, text, median_ms in rows
    ]
    return looks_like_guessing(tries) and not has_own_time(player_id)


def study_cards(player_id: int) -> list[Statement]:
    """What the player had wrong lately, the last first, each once; nothing that he is asked just now."""
    wrong = AnswerEvent.objects.filter(player=player_id, settlement__isnull=False, correct=False)
    pks = wrong.order_by("-received_at", "-pk").values_list("statement_id", flat=True)[:LOOKED_AT]
    asked = asked_now(player_id)
    chosen = [pk for pk in dict.fromkeys(pks) if pk not in asked]
    playable = Statement.objects.filter(lifecycle=Statement.Lifecycle.APPROVED)
    found = playable.select_related("topic").in_bulk(chosen)
    return [found[pk] for pk in chosen if pk in found][:CARDS]
