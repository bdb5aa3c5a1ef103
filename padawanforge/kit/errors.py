"""The one exception that the apps share."""


class DomainError(Exception):
    """The game refuses; the text is fit to be shown to a player.

    Subclasses live beside the action that raises them. `code` is what the realtime protocol
    answers in `err`; each edge translates the exception once.
    """

    code = "conflict"
