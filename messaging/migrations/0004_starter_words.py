"""Small lists to begin with; the console has the rest."""

from django.db import migrations

WORDS = {
    ("severe", "en"): "kys nigger faggot kike paki tranny",
    ("severe", "de"): "kanake neger judensau hurensohn",
    ("mild", "en"): "shit bullshit fuck fucking fucker bitch asshole bastard dickhead wanker twat",
    ("mild", "de"): "scheiße arschloch wichser fick ficken schlampe fotze",
    ("good_domain", ""): "wikipedia.org wikimedia.org wiktionary.org khanacademy.org nasa.gov",
}


def write(apps, schema_editor):
    listed = apps.get_model("messaging", "ListedWord")
    for (name, language), words in WORDS.items():
        listed.objects.bulk_create(
            [listed(list=name, language=language, word=word) for word in words.split()],
            ignore_conflicts=True,
        )


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_moderation")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
