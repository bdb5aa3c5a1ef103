"""What hangs on a character: counted for whoever is about to let it go."""

from collections.abc import Iterator

from django.db.models import CASCADE, SET_NULL, Model, QuerySet

from npcs.models import KnowledgeItem, Npc
from npcs.ties import Tied, tied, ties

APP = Npc._meta.app_label


def ties_of(npc: Npc) -> list[Tied]:
    """Everything that there is at all, the largest first; what belongs to this app and what others tied."""
    passages = KnowledgeItem.objects.filter(file__npc=npc).count()
    own = [_tied(rows.model, rows.count()) for rows in own_rows(npc) if rows.model is not KnowledgeItem]
    found = [*own, _tied(KnowledgeItem, passages), *(tied(tie, npc.pk) for tie in ties())]
    return sorted((row for row in found if row.count), key=lambda row: (-row.count, row.label))


def own_rows(npc: Npc) -> Iterator[QuerySet]:
    """The rows of this app that go with the character, model by model."""
    for relation in Npc._meta.related_objects:
        model = relation.related_model
        if model._meta.app_label == APP and relation.on_delete is CASCADE:
            yield model._default_manager.filter(**{relation.field.name: npc})


def keeps_history(npc: Npc) -> bool:
    """Whether rows of other apps still hang on the character, such as what it said."""
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: npc}).exists()
        for relation in Npc._meta.related_objects
        if relation.on_delete is not SET_NULL and relation.related_model._meta.app_label != APP
    )


def _tied(model: type[Model], count: int) -> Tied:
    meta = model._meta
    return Tied(str(meta.verbose_name if count == 1 else meta.verbose_name_plural), count, "goes")
