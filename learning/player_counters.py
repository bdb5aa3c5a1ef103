"""What achievements may count of a player's answers; one entry for each pass over the rows."""

from learning.queries import counters, review_counters
from players.counters import register

register("answers", "correct", "giant_slain")(counters.totals)
register("both_variants")(counters.both_variants)
register("steady_run")(counters.steady_run)
register("rated_last_100", "brier_last_100")(counters.calibration)
register("honest_doubts")(counters.honest_doubts)
register("sessions_of_ten")(counters.sessions_of_ten)
register("topics_familiar", "topics_proficient", "topics_master")(counters.topics)
register("facts_regained", "reviews_emptied_days")(review_counters.reviews)
register("confirmed_reports", "good_statements")(counters.checked_facts)
