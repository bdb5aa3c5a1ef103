"""Files under messages: their contents, and rows as the actions make them."""

from io import BytesIO

from django.utils import timezone
from PIL import Image

from messaging.actions.uploads import receive_whole

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def image(kind="PNG", size=(120, 90), colour="teal", **options):
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


def uploaded(player, channel, *, name="note.txt", data=b"Iron melts at 1538 degrees.", **fields):
    """A file of the player's that is ready to be sent in the channel."""
    return receive_whole(player=player, channel=channel, name=name, data=data, now=timezone.now(), **fields)
