"""Answers that were written before threads had a first message learn which one theirs is."""

from django.db import migrations
from django.db.models import F, OuterRef, Subquery

BATCH = 5000


def fill_roots(apps, schema_editor):
    """Level by level: the first answers point to their parent, deeper ones to what their parent points to."""
    message = apps.get_model("messaging", "Message")
    waiting = message.objects.filter(parent__isnull=False, root=None)
    waiting.filter(parent__parent=None).update(root_id=F("parent_id"))
    roots = message.objects.filter(pk=OuterRef("parent_id")).values("root_id")[:1]
    while ids := list(waiting.filter(parent__root__isnull=False).values_list("pk", flat=True)[:BATCH]):
        message.objects.filter(pk__in=ids).update(root_id=Subquery(roots))


class Migration(migrations.Migration):
    dependencies = [("messaging", "0008_what_hangs_on_messages")]

    operations = [migrations.RunPython(fill_roots, migrations.RunPython.noop, elidable=True)]
