"""From an empty folder to a running game: what `make run` calls."""

import hashlib
import secrets
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from npcs.models import NpcCategory
from padawanforge.site.management.commands.serve import refuse_busy_port, take_data_folder
from players.actions.accounts import create_admin
from players.models import Player

ADMIN_USERNAME = "admin"
ADMIN_EMAIL = "admin@localhost"


class Command(BaseCommand):
    help = "Migrate, load the starter content into an empty database, make an administrator, and serve."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-serve", action="store_true", help="prepare only")

    def handle(self, *, host: str, port: int, no_serve: bool, **options: object) -> None:
        # Looked at before anything is touched: a server that runs lives on these tables and files.
        with take_data_folder():
            if not no_serve:
                refuse_busy_port(host, port)
            password = self.prepare()
        self.greet(address_for_people(port), password)
        if not no_serve:
            self.stdout.write("Stop with Ctrl-C.")
            self.stdout.flush()
            call_command("serve", host=host, port=port)

    def prepare(self) -> str | None:
        """The password of the administrator when it made one."""
        call_command("migrate", verbosity=0, interactive=False)
        collect_static_if_changed()
        if not NpcCategory.objects.exists():
            call_command("load_starter", stdout=self.stdout)
        return make_first_admin()

    def greet(self, address: str, password: str | None) -> None:
        lines = [
            "",
            "PadawanForge is ready.",
            f"  Open           {address}/",
            f"  Console        {address}/admin/",
        ]
        if password:
            lines += [
                f"  Administrator  {ADMIN_EMAIL}",
                f"  Password       {password}   (shown this once; change it on your account page)",
            ]
        self.stdout.write("\n".join(lines))


def address_for_people(port: int) -> str:
    """The first of the public addresses; at home the port that was chosen."""
    public = urlsplit(settings.PUBLIC_URLS[0])
    at_home = public.hostname in {"localhost", "127.0.0.1"}
    return f"http://localhost:{port}" if at_home else f"{public.scheme}://{public.netloc}"


def make_first_admin() -> str | None:
    """The password of the administrator just made, None when there is one already."""
    if Player.objects.filter(is_superuser=True).exists():
        return None
    password = secrets.token_urlsafe(12)
    create_admin(username=ADMIN_USERNAME, email=ADMIN_EMAIL, password=password)
    return password


def collect_static_if_changed() -> None:
    """Collecting and compressing takes seconds, so it is done only when a file has changed."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            digest.update(f"{path} {storage.size(path)} {storage.get_modified_time(path)}\n".encode())
    mark = settings.STATIC_ROOT / ".collected"
    if mark.exists() and mark.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    mark.write_text(digest.hexdigest())
