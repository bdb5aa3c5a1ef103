from django.db import migrations


def read_again(apps, schema_editor):
    """What was read before has no words to be searched by; the old passages answer until it has."""
    files = apps.get_model("npcs", "KnowledgeFile").objects.using(schema_editor.connection.alias)
    files.filter(state="done").update(state="waiting", attempts=0)


class Migration(migrations.Migration):
    dependencies = [("npcs", "0004_knowledge_complete")]

    operations = [migrations.RunPython(read_again, migrations.RunPython.noop)]
