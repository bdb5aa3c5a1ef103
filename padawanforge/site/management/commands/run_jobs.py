import logging

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from huey.consumer import Consumer

from padawanforge.command_line import problem_of_tables
from padawanforge.kit import jobs
from padawanforge.kit.heap import share_one_heap


class Command(BaseCommand):
    help = "Work on background jobs outside the server (PostgreSQL only; as many processes as wished)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--threads", type=int, default=8)

    def handle(self, *, threads: int, **options: object) -> None:
        if settings.JOBS["kind"] != "postgresql":
            raise CommandError("On SQLite the jobs run inside the server: nothing to start here.")
        if not settings.REDIS_URL:
            # Text of characters reaches the sockets, and what is tried out its page, through Redis alone.
            raise CommandError(
                "Set REDIS_URL, here and for the server: what is done here would be seen nowhere."
            )
        if problem := problem_of_tables():
            raise CommandError(problem)
        logging.getLogger("huey").setLevel(logging.WARNING)
        self.stdout.write(f"Working with {threads} threads. Stop with Ctrl-C.")
        share_one_heap()
        jobs.Ticker().start()
        Consumer(jobs.ready_queue(), workers=threads, worker_type="thread", periodic=False).run()
