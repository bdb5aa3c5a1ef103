from django.core.management.base import BaseCommand

from messaging.models import Message
from padawanforge.kit import fulltext


class Command(BaseCommand):
    help = "Build the index of the messages' search anew from their texts."

    def handle(self, **options: object) -> None:
        fulltext.ensure(Message, ["text"])
        fulltext.rebuild(Message)
        self.stdout.write("The search of the messages is built anew.")
