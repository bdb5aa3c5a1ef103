import factory

from learning.models import Statement, Topic


class TopicFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Topic

    name = factory.Sequence(lambda n: f"Topic {n}")
    slug = factory.Sequence(lambda n: f"topic-{n}")


class StatementFactory(factory.django.DjangoModelFactory):
    """An approved true statement."""

    class Meta:
        model = Statement

    topic = factory.SubFactory(TopicFactory)
    text = factory.Sequence(lambda n: f"Planet number {n} goes round its star on a closed path.")
    answer = True
    explanation = "Planets follow ellipses with the star in one focus."
    source_reference = "Notes on the planets"
    lifecycle = Statement.Lifecycle.APPROVED
