import logging

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from huey.consumer import Consumer

from padawanforge.kit import jobs
from padawanforge.kit.heap import share_one_heap


class Command(BaseCommand):
    help = "Work on background jobs outside the server (PostgreSQL only; as many processes as wished)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--threads", type=int, default=8)

    def handle(self, *, threads: int, **options: object) -> None:
        if settings.JOBS["kind"] != "postgresql":
            raise CommandError("On SQLite the jobs run inside the server: nothing to start here.")
        logging.getLogger("huey").setLevel(logging.WARNING)
        self.stdout.write(f"Working with {threads} threads. Stop with Ctrl-C.")
        # Text of characters reaches the sockets through Redis, so REDIS_URL must be set here too.
        share_one_heap()
        jobs.Ticker().start()
        Consumer(jobs.ready_queue(), workers=threads, worker_type="thread", periodic=False).run()
