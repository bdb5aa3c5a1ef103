from django import template

from messaging.forms import PollForm
from messaging.rules import polls

register = template.Library()


@register.inclusion_tag("messaging/_poll_dialog.html")
def poll_dialog() -> dict[str, object]:
    """The page of a new poll as a dialog; its script gives each answer a field of its own."""
    return {
        "form": PollForm(auto_id="ask-poll-%s"),
        "fewest": polls.MIN_OPTIONS,
        "most": polls.MAX_OPTIONS,
        "option_length": polls.OPTION_LENGTH,
    }
