from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("learning", "0006_fill_hashes_and_sides")]

    operations = [
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(("polarity__in", ("affirms", "denies"))), name="learning_polarity_is_known"
            ),
        ),
    ]
