"""Characters as those see them who make them."""

from npcs.models import Npc
from padawanforge.kit.markdown import clean_text
from padawanforge.kit.paging import Page, page_of

PAGE_SIZE = 24


def unseen(
    *, author_id: int | None, is_gone: bool, search: str = "", cursor: str = "", limit: int = PAGE_SIZE
) -> Page:
    """Drafts and resting characters, or those that have retired or are to be deleted; by name.

    `author_id` narrows to one author's own.
    """
    rows = Npc.objects.filter(is_active=False, retired_at__isnull=not is_gone, purged_at=None)
    if author_id is not None:
        rows = rows.filter(created_by=author_id)
    for word in clean_text(search).split()[:6]:
        rows = rows.filter(name__icontains=word)
    return page_of(rows.select_related("category"), order=("name",), cursor=cursor, limit=limit)
