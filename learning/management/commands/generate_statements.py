from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from learning.actions.generation import generate, prepare
from learning.models import GenerationRun, Topic
from npcs.choices import Difficulty
from npcs.models import Npc
from padawanforge.kit.errors import DomainError


class Command(BaseCommand):
    help = "Make statements from the notes of a character. They wait for review; nothing of it is played yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("character", help="The slug of the character.")
        parser.add_argument("topic", help="The slug of the topic.")
        parser.add_argument("--wanted", type=int, default=20, help="How many statements.")
        parser.add_argument("--difficulty", choices=Difficulty.values, default=Difficulty.BEGINNER)
        parser.add_argument("--seed", type=int, help="The same seed and notes make the same statements.")
        parser.add_argument("--model", action="store_true", help="Ask the configured language model.")

    def handle(self, *, character: str, topic: str, **options: int) -> None:
        try:
            run = prepare(
                npc=Npc.objects.get(slug=character),
                topic=Topic.objects.get(slug=topic),
                player=None,
                difficulty=str(options["difficulty"]),
                wanted=options["wanted"],
                with_model=bool(options["model"]),
                seed=options["seed"],
            )
        except (Npc.DoesNotExist, Topic.DoesNotExist) as problem:
            raise CommandError(f"There is no character {character!r} or no topic {topic!r}.") from problem
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        # From here on it is done like any other run, by this process.
        GenerationRun.objects.claim(run.pk, now=timezone.now())
        run = GenerationRun.objects.select_related("npc", "topic", "started_by").get(pk=run.pk)
        generate(run=run)
        run.refresh_from_db()
        for reason, count in sorted(run.dropped.items()):
            self.stdout.write(f"{count} left out: {reason}")
        if run.last_error:
            raise CommandError(run.last_error)
        self.stdout.write(f"{run.made} statements by the {run.model_name} wait for review.")
