"""Before something sensitive is changed or given out, whoever sits there proves once more who he is.

Below `@access...`: the page that asks comes back to the view, and sends the form again that was sent.
A sign-in, or an earlier proof, counts for `settings.ACCOUNT_REAUTHENTICATION_TIMEOUT` seconds.
"""

from allauth.account.decorators import reauthentication_required as reauthenticated

__all__ = ["reauthenticated"]
