from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("learning", "0003_settle_earlier_answers")]

    operations = [
        migrations.AddConstraint(
            model_name='answerevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('p_before', None), ('settlement', None)), models.Q(('p_before__isnull', False), ('settlement__isnull', False)), _connector='OR'), name='learning_settled_answers_are_measured'),
        ),
    ]
