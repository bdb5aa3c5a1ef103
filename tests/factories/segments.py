"""Pictures to upload, and players with something in every field."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from players.models import Player, PlayerPersonalInfo, PlayerPreferences, PlayerProfile


def picture(name="ada.png", kind="PNG"):
    out = BytesIO()
    Image.new("RGB", (120, 90), "teal").save(out, kind)
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/png")


def change(player, **columns):
    """Write columns of the segments as they are, past every rule; the player read anew."""
    for model in (PlayerProfile, PlayerPreferences, PlayerPersonalInfo):
        names = {field.name for field in model._meta.concrete_fields} & set(columns)
        if names:
            row = model.objects.get(player=player)
            for name in names:
                setattr(row, name, columns[name])
            row.save(update_fields=sorted(names))
    return Player.objects.get(pk=player.pk)
