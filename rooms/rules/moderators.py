"""What a character that moderates may do: warn and mute, never for longer than ten minutes."""

from messaging.rules.sanctions import MUTE, WARNING

# So many refusals within so many seconds bring the next step.
STRIKES = 2
WITHIN_SECONDS = 600
# Kind and minutes; the last one stays.
STEPS = ((WARNING, 0), (MUTE, 5), (MUTE, 10))
# Steps that are as old as this don't count any more.
FORGOTTEN_AFTER_SECONDS = 86_400


def step_after(earlier: int) -> tuple[str, int]:
    return STEPS[min(earlier, len(STEPS) - 1)]
