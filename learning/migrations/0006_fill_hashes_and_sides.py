import re
import unicodedata
from hashlib import sha256

from django.db import migrations
from django.db.models import Case, CharField, Value, When

BATCH = 1000
NOT_WORD = re.compile(r"[\W_]+")


def hash_of(text):
    normal = NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
    return sha256(normal.encode()).hexdigest()


def fill(apps, schema_editor):
    Statement = apps.get_model("learning", "Statement")
    side = Case(When(answer=True, then=Value("affirms")), default=Value("denies"), output_field=CharField())
    Statement.objects.filter(polarity="").update(polarity=side)
    last = 0
    while rows := list(Statement.objects.filter(pk__gt=last).order_by("pk").only("pk", "text")[:BATCH]):
        for row in rows:
            row.content_hash = hash_of(row.text)
        Statement.objects.bulk_update(rows, ["content_hash"])
        last = rows[-1].pk


class Migration(migrations.Migration):

    dependencies = [("learning", "0005_statements_complete")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
