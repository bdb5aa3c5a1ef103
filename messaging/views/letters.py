from messaging.actions.direct_letter import Letter, NoLetter
from messaging.forms import LetterForm
from messaging.models import Message


def letter_in(form: LetterForm) -> Letter:
    """What was chosen for a direct message; a refusal where it can't be sent."""
    if not form.is_valid():
        raise NoLetter(" ".join(line for lines in form.errors.values() for line in lines))
    given = form.cleaned_data
    return Letter(given["subject"], given["priority"] or Message.Priority.NORMAL, given["lasts"])
