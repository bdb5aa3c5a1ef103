import logging

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction

from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import after_commit
from padawanforge.kit.fetch import FetchRefused, fetch
from padawanforge.kit.uploads import PictureRefused, forget_picture, keep_picture
from players.models import ConnectedAccount, Player, PlayerProfile
from players.permissions import needs_guardian

logger = logging.getLogger(__name__)


class GuardianMissing(DomainError):
    code = "forbidden"


def set_avatar(*, player: Player, picture: File) -> str:
    """Store the picture and show it; what was shown before is deleted. The new address."""
    if needs_guardian(player):
        raise GuardianMissing("A guardian has to agree before you can show a picture. Ask under My data.")
    url = keep_picture(picture)
    try:
        _show(player, url)
    except BaseException:
        forget_picture(url)
        raise
    return url


def take_over_picture(*, account_id: int) -> bool:
    """Fetch the picture that a provider told of, for a player who has none; false when nothing came of it.

    It is kept here and drawn anew like any other: nobody's browser is sent to the provider.
    """
    connection = ConnectedAccount.objects.select_related("player__profile").filter(pk=account_id).first()
    if connection is None or not connection.provider_avatar or not _lacks_picture(connection.player):
        return False
    try:
        data = fetch(connection.provider_avatar, trusted=settings.PICTURE_ORIGINS)
        url = keep_picture(ContentFile(data))
    except (FetchRefused, PictureRefused) as refusal:
        logger.info("The picture of account %s was not taken over: %s", account_id, refusal)
        return False
    # What the player chose meanwhile is not written over.
    mine = PlayerProfile.objects.filter(player=connection.player, avatar="", picture="")
    if not mine.update(picture=url):
        forget_picture(url)
        return False
    return True


def _lacks_picture(player: Player) -> bool:
    return not player.profile.avatar and not player.profile.picture and not needs_guardian(player)


def remove_avatar(*, player: Player) -> None:
    """Nothing is shown any more, the provider's picture neither."""
    _show(player, "")


@transaction.atomic
def _show(player: Player, url: str) -> None:
    row = PlayerProfile.objects.select_for_update().get(player=player)
    before = {row.avatar, *([] if url else [row.picture])} - {""}
    row.avatar = url
    row.picture = row.picture if url else ""
    row.save(update_fields=["avatar", "picture", "updated_at"])
    after_commit(lambda: _forget(before))


def _forget(urls: set[str]) -> None:
    for url in urls:
        forget_picture(url)
