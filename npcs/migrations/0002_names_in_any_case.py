"""Names that differ in their case only get a number, so that "@vega" can mean one character."""

from django.db import migrations

MAX_LENGTH = 50


def tell_apart(apps, schema_editor):
    npcs = apps.get_model("npcs", "Npc").objects
    taken = {name.lower() for name in npcs.values_list("name", flat=True)}
    seen = set()
    for pk, name in npcs.order_by("pk").values_list("pk", "name"):
        if name.lower() not in seen:
            seen.add(name.lower())
            continue
        number = 2
        while (new := f"{name[: MAX_LENGTH - 6]} {number}").lower() in taken:
            number += 1
        taken.add(new.lower())
        npcs.filter(pk=pk).update(name=new)


class Migration(migrations.Migration):
    dependencies = [("npcs", "0001_initial")]

    operations = [migrations.RunPython(tell_apart, migrations.RunPython.noop)]
