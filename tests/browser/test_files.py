"""Files that somebody sends from a page, whatever the network and the page do meanwhile."""

import pytest
from playwright.sync_api import Route, expect

from tests.browser.people import DESKTOP, Player
from tests.browser.test_live import PROMOTE

pytestmark = pytest.mark.browser

ROOM = "the-commons"
PIECE = 512 * 1024
LARGE = {"name": "large.txt", "mimeType": "text/plain", "buffer": b"All work and no play. " * 60_000}
NOTES = {"name": "play.txt", "mimeType": "text/plain", "buffer": b"Play is the work of the young. " * 40}


def test_an_upload_goes_on_after_the_page_was_loaded_anew(server, browser, tmp_path):
    ada = Player(browser, server.url, DESKTOP)
    ada.sign_up("ada-files")
    ada.enter(ROOM)
    (tmp_path / "notes.txt").write_text("0123456789abcdef" * (3 * PIECE // 16))
    tray = ada.page.locator("[data-tray-list]")
    choose = ada.page.locator("[data-tray] input[type=file]")

    def let_one_through(route):
        if route.request.method == "PATCH" and route.request.headers["upload-offset"] != "0":
            route.abort()
        else:
            route.continue_()

    ada.page.route("**/uploads/**", let_one_through)
    choose.set_input_files(tmp_path / "notes.txt")
    expect(tray).to_contain_text("Waiting for the connection")
    ada.page.goto(f"/rooms/{ROOM}/")

    expect(tray).to_contain_text("33 %. Choose it again, and it goes on.")
    # Not before: the page that is left tries by itself.
    ada.page.unroute_all()
    with ada.page.expect_request(lambda request: request.method == "PATCH") as sent:
        choose.set_input_files(tmp_path / "notes.txt")
    assert sent.value.headers["upload-offset"] == str(PIECE)
    expect(tray).to_contain_text("1.5 MB")
    expect(tray.locator("li")).to_have_count(1)


def test_another_file_of_the_same_name_begins_anew(server, browser, tmp_path):
    ada = Player(browser, server.url, DESKTOP)
    ada.sign_up("ada-other-file")
    ada.enter(ROOM)
    tray = ada.page.locator("[data-tray-list]")
    choose = ada.page.locator("[data-tray] input[type=file]")
    ada.page.route("**/uploads/*/", lambda route: route.abort())
    choose.set_input_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"one" * 1000})
    expect(tray).to_contain_text("Waiting for the connection")
    ada.page.goto(f"/rooms/{ROOM}/")
    expect(tray).to_contain_text("Choose it again")
    ada.page.unroute_all()

    choose.set_input_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"two" * 1001})

    expect(tray).to_contain_text("3 KB")
    expect(tray.locator("li")).to_have_count(2)


class Gap:
    """Lets the first piece through and not the second, which then has to be sent again."""

    def __init__(self, player: Player, address: str) -> None:
        self.offsets: list[str] = []
        player.page.route(address, self._pass)

    def _pass(self, route: Route) -> None:
        if route.request.method == "PATCH":
            self.offsets.append(route.request.headers["upload-offset"])
            if len(self.offsets) == 2:
                route.abort()
                return
        route.continue_()


def test_a_file_under_a_message_goes_on_after_a_break(server, browser):
    ada = Player(browser, server.url, DESKTOP)
    ada.sign_up("ada-break")
    ada.enter(ROOM)
    gap = Gap(ada, "**/uploads/*/")

    ada.page.locator("[data-tray] input[type=file]").set_input_files(LARGE)
    expect(ada.page.locator("[data-tray-news]")).to_have_text("large.txt is ready.")
    ada.say("Read this")

    expect(ada.page.locator("#messages").get_by_role("link", name="large.txt")).to_be_visible()
    assert gap.offsets == ["0", "524288", "524288", "1048576"]


def in_small_pieces(route: Route) -> None:
    """What the server says to an announcement, but for the size of pieces: a large file takes long to read."""
    answer = route.fetch()
    route.fulfill(response=answer, json={**answer.json(), "piece": 500})


def test_a_file_for_the_notes_goes_on_after_a_break(server, browser):
    ada = Player(browser, server.url, DESKTOP)
    ada.sign_up("ada-notes")
    server.manage("shell", "-c", PROMOTE.format(name="ada-notes"))
    ada.page.goto("/characters/lemma/notes/")
    ada.page.route("**/notes/pieces/", in_small_pieces)
    gap = Gap(ada, "**/notes/pieces/*/")

    ada.page.locator("[data-notes-upload] input[type=file]").set_input_files(NOTES)

    expect(ada.page.locator("[data-news]")).to_have_text("play.txt has arrived.")
    expect(ada.page.locator("#notes").get_by_text("play.txt").first).to_be_visible()
    assert gap.offsets == ["0", "500", "500", "1000"]


def test_a_refused_file_is_put_away_and_not_offered_to_be_refused_again(server, browser):
    ada = Player(browser, server.url, DESKTOP)
    ada.sign_up("ada-refused")
    server.manage("shell", "-c", PROMOTE.format(name="ada-refused"))
    ada.page.goto("/characters/lemma/notes/")
    choose = ada.page.locator("[data-notes-upload] input[type=file]")
    sending = ada.page.locator("[data-sending]")

    choose.set_input_files({"name": "empty.txt", "mimeType": "text/plain", "buffer": b""})
    expect(sending).to_contain_text("The file is empty.")
    expect(sending.get_by_role("button", name="Try again")).to_have_count(0)
    sending.get_by_role("button", name="Put away").click()
    expect(sending).to_be_hidden()

    ada.page.route("**/notes/pieces/", lambda route: route.abort())
    choose.set_input_files(
        {"name": "later.txt", "mimeType": "text/plain", "buffer": b"Later is soon enough. " * 9}
    )
    expect(sending).to_contain_text("There is no connection.")
    ada.page.unroute_all()
    sending.get_by_role("button", name="Try again").click()
    expect(ada.page.locator("[data-news]")).to_have_text("later.txt has arrived.")
