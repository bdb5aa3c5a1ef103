from django.db import migrations
from django.db.models import Case, FloatField, Value, When

MEANS = {"beginner": -1.0, "intermediate": 0.0, "advanced": 1.0, "expert": 1.0}
BATCH = 500


def begin_at_the_label(apps, schema_editor):
    whens = [When(difficulty=label, then=Value(mean)) for label, mean in MEANS.items()]
    mean = Case(*whens, default=Value(0.0), output_field=FloatField())
    apps.get_model("learning", "Statement").objects.update(beta_mean=mean)


def settle(apps, schema_editor):
    """Each answer of the past counts, in the order in which they came; rebuild_skills replays them."""
    Answer, Settlement = (apps.get_model("learning", name) for name in ("AnswerEvent", "Settlement"))
    Answer.objects.filter(player__is_guest=True).update(by_guest=True)
    earlier = Answer.objects.filter(settlement=None).order_by("pk").only("pk", "received_at")
    while answers := list(earlier[:BATCH]):
        for answer in answers:
            answer.settlement = Settlement.objects.create()
            Settlement.objects.filter(pk=answer.settlement_id).update(settled_at=answer.received_at)
        Answer.objects.bulk_update(answers, ["settlement"])


class Migration(migrations.Migration):

    dependencies = [("learning", "0002_skill_by_topic")]

    operations = [
        migrations.RunPython(begin_at_the_label, migrations.RunPython.noop),
        migrations.RunPython(settle, migrations.RunPython.noop),
    ]
