import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Browser, Error, sync_playwright

from tests.browser import server as servers
from tests.browser.people import Player
from tests.browser.server import Server

CHROMIUM_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def chromium() -> str | None:
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


# Several processes need a database and a layer that they can share.
collect_ignore = (
    [] if os.environ.get("DATABASE_URL", "").startswith("postgres") else ["test_two_processes.py"]
)


@pytest.fixture(scope="session", autouse=True)
def _migrated(django_db_setup):
    servers.MIGRATED = connection.settings_dict["NAME"]


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("forge"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """One that a test may kill."""
    # What characters find by meaning is not what these tests are about.
    server = Server(tmp_path, EMBEDDINGS="off")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread for as long as the browser lives: not beyond the module, for
    # asynchronous tests need the thread without a loop.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS)
        yield browser
        Player.present.clear()
        browser.close()


@pytest.fixture(autouse=True)
def _close_the_pages(request):
    """What is open moves on the screen and asks the server, which the next test need not wait for."""
    if "browser" not in request.fixturenames:
        yield
        return
    browser = request.getfixturevalue("browser")
    before = set(browser.contexts)
    yield
    for context in set(browser.contexts) - before:
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure shows what everybody had before his eyes: nobody can look over a machine's shoulder."""
    report = yield
    if report.failed:
        for player in Player.present:
            try:
                seen = player.what_is_seen()
            except Error as gone:
                seen = str(gone)
            report.sections.append(("What a person saw", seen))
    return report
