from uuid import uuid4

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    Talk = apps.get_model("rooms", "Talk")
    for pk in Talk.objects.filter(uuid=None).values_list("pk", flat=True).iterator(2000):
        Talk.objects.filter(pk=pk).update(uuid=uuid4())
    Reply = apps.get_model("rooms", "Reply")
    Message = apps.get_model("messaging", "Message")
    # Nothing runs while migrations do: what was being made has to wait for its turn again.
    Reply.objects.filter(state="running").update(state="waiting", lease_until=None)
    asked = Message.objects.filter(pk=OuterRef("message_id"))
    Reply.objects.update(
        channel_id=Subquery(asked.values("channel_id")[:1]),
        player_id=Subquery(asked.values("player_id")[:1]),
        root_id=Subquery(asked.values("pk")[:1]),
    )
    Reply.objects.filter(state="done").update(ending="answered")
    Reply.objects.filter(state="failed").update(ending="turned_away")
    last = Message.objects.filter(channel_id=OuterRef("channel_id")).order_by("-seq")
    with_words = Talk.objects.filter(channel__messages__isnull=False).distinct()
    Talk.objects.filter(pk__in=with_words.values("pk")).update(
        last_message_at=Subquery(last.values("sent_at")[:1])
    )


class Migration(migrations.Migration):
    """Answers know their channel and for whom they are; talks have a public id."""

    dependencies = [("rooms", "0003_speaking")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
