import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.urls import reverse

from npcs.models import KnowledgeFile, KnowledgeItem
from padawanforge.kit.work import WorkState
from tests.factories.npcs import KnowledgeFileFactory, KnowledgeItemFactory, NpcFactory
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory

pytestmark = pytest.mark.django_db
NOTES = b"# Comets\n\nA comet is a body of ice and dust that grows a long tail near the Sun.\n"
HTMX = {"HX-Request": "true"}


def upload(client, npc, *files: tuple[str, bytes], **options):
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(reverse("npcs:knowledge-upload", args=[npc.slug]), {"files": sent}, **options)


def test_the_page_shows_who_the_character_is_and_what_it_knows(client):
    npc = NpcFactory(description="Sees the stars.", greeting="Good evening!", expertise_areas=["comets"])
    KnowledgeItemFactory(file=KnowledgeFileFactory(npc=npc, file_name="sky.md"))
    client.force_login(GuestFactory())

    page = client.get(npc.get_absolute_url()).content.decode()

    for part in (npc.name, "Sees the stars.", "Good evening!", "comets", "sky.md", "1 passage"):
        assert part in page
    assert reverse("rooms:talk", args=[npc.slug]) in page


def test_only_those_who_create_characters_see_the_upload(client):
    npc = NpcFactory()
    shown = []

    for player in (PlayerFactory(), GameMasterFactory()):
        client.force_login(player)
        shown.append("data-upload" in client.get(npc.get_absolute_url()).content.decode())

    assert shown == [False, True]


def test_visitors_see_what_is_answered_from_and_those_who_look_after_it_the_rest_too(client):
    author = PlayerFactory()
    npc = NpcFactory(created_by=author)
    KnowledgeItemFactory(file=KnowledgeFileFactory(npc=npc, file_name="sky.md"))
    KnowledgeItemFactory(file=KnowledgeFileFactory(npc=npc, file_name="aside.md", is_active=False))
    KnowledgeFileFactory(npc=npc, file_name="broken.pdf", state=WorkState.FAILED)
    seen = {}

    for name, player in (("visitor", PlayerFactory()), ("author", author), ("master", GameMasterFactory())):
        client.force_login(player)
        page = client.get(npc.get_absolute_url()).content.decode()
        seen[name] = [file for file in ("sky.md", "aside.md", "broken.pdf") if file in page]

    everything = ["sky.md", "aside.md", "broken.pdf"]
    assert seen == {"visitor": ["sky.md"], "author": everything, "master": everything}


@pytest.mark.parametrize(("factory", "status"), [(PlayerFactory, 404), (GameMasterFactory, 200)])
def test_a_resting_character_is_there_for_its_makers_only(client, factory, status):
    npc = NpcFactory(is_active=False)
    client.force_login(factory())

    assert client.get(npc.get_absolute_url()).status_code == status


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_many_files_there_are(client, django_assert_max_num_queries, count):
    npc = NpcFactory()
    for file in KnowledgeFileFactory.create_batch(count, npc=npc):
        KnowledgeItemFactory.create_batch(2, file=file)
    client.force_login(GameMasterFactory())

    with django_assert_max_num_queries(15):
        response = client.get(npc.get_absolute_url())

    assert [file.passages for file in response.context["page"].files] == [2] * count


def test_several_files_are_uploaded_and_read(client, django_capture_on_commit_callbacks):
    npc = NpcFactory()
    client.force_login(GameMasterFactory())

    with django_capture_on_commit_callbacks(execute=True):
        response = upload(client, npc, ("a.md", NOTES), ("b.txt", b"The Moon orbits the Earth."))

    assert response.status_code == 302
    assert list(KnowledgeFile.objects.order_by("file_name").values_list("file_name", "state")) == [
        ("a.md", "done"),
        ("b.txt", "done"),
    ]


def test_a_refused_file_does_not_keep_back_the_others(client):
    npc = NpcFactory()
    client.force_login(GameMasterFactory())

    response = upload(client, npc, ("good.md", NOTES), ("bad.md", b"PK\x03\x04\x00\x00"), headers=HTMX)

    page = response.content.decode()
    assert response.status_code == 422
    assert "bad.md: This is a .zip file" in page
    assert 'hx-swap-oob="true"' in page
    assert [file.file_name for file in KnowledgeFile.objects.all()] == ["good.md"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("twice.md", NOTES, "already has this text"),
        ("large.md", b"x" * 2000, "at most"),
        ("empty.md", b"", "is empty"),
    ],
)
def test_each_refusal_says_what_is_wrong(client, settings, name, content, said):
    settings.KNOWLEDGE_FILE_MAX_BYTES = 1000
    npc = NpcFactory()
    client.force_login(GameMasterFactory())
    upload(client, npc, ("once.md", NOTES))

    response = upload(client, npc, (name, content))

    assert response.status_code == 422
    assert said in response.content.decode()


def test_an_upload_without_a_file_is_asked_for_one(client):
    client.force_login(GameMasterFactory())

    response = upload(client, NpcFactory())

    assert response.status_code == 422
    assert "Choose at least one file." in response.content.decode()


@pytest.mark.parametrize("state", ["waiting", "running"])
def test_the_panel_asks_again_while_something_is_being_read(client, state):
    file = KnowledgeFileFactory(state=state)
    client.force_login(GameMasterFactory())

    page = client.get(reverse("npcs:knowledge", args=[file.npc.slug]), headers=HTMX).content.decode()

    assert 'hx-trigger="every 2s"' in page


def test_the_panel_rests_when_everything_is_read(client):
    file = KnowledgeFileFactory(state=WorkState.DONE)
    client.force_login(GameMasterFactory())

    page = client.get(reverse("npcs:knowledge", args=[file.npc.slug]), headers=HTMX).content.decode()

    assert "every 2s" not in page
    assert file.file_name in page


def test_a_failed_file_says_why_to_those_who_can_mend_it(client):
    file = KnowledgeFileFactory(state=WorkState.FAILED, last_error="Run text recognition.")
    shown = []

    for player in (PlayerFactory(), GameMasterFactory()):
        client.force_login(player)
        shown.append("Run text recognition." in client.get(file.npc.get_absolute_url()).content.decode())

    assert shown == [False, True]


def test_a_failed_file_can_be_tried_again(client):
    file = KnowledgeFileFactory(state=WorkState.FAILED, attempts=3)
    client.force_login(GameMasterFactory())

    response = client.post(reverse("npcs:knowledge-retry", args=[file.npc.slug, file.uuid]), headers=HTMX)

    file.refresh_from_db()
    assert response.status_code == 200
    assert (file.state, file.attempts) == ("waiting", 0)


def test_a_file_can_be_deleted(client):
    item = KnowledgeItemFactory()
    npc = item.file.npc
    client.force_login(GameMasterFactory())

    response = client.post(reverse("npcs:knowledge-delete", args=[npc.slug, item.file.uuid]), headers=HTMX)

    assert "No notes yet" in response.content.decode()
    assert not KnowledgeItem.objects.exists()


@pytest.mark.parametrize("action", ["knowledge-retry", "knowledge-delete"])
def test_a_file_is_reached_through_its_own_character_only(client, action):
    file, other = KnowledgeFileFactory(state=WorkState.FAILED), NpcFactory()
    client.force_login(GameMasterFactory())

    response = client.post(reverse(f"npcs:{action}", args=[other.slug, file.uuid]))

    assert response.status_code == 404
    assert KnowledgeFile.objects.filter(state=WorkState.FAILED).exists()


@pytest.mark.parametrize("factory", [PlayerFactory, GuestFactory])
def test_players_may_not_change_what_a_character_knows(client, factory):
    file = KnowledgeFileFactory()
    client.force_login(factory())
    urls = [
        reverse("npcs:knowledge-upload", args=[file.npc.slug]),
        reverse("npcs:knowledge-retry", args=[file.npc.slug, file.uuid]),
        reverse("npcs:knowledge-delete", args=[file.npc.slug, file.uuid]),
    ]

    assert [client.post(url).status_code for url in urls] == [403, 403, 403]
    assert KnowledgeFile.objects.count() == 1


def test_a_source_shows_the_passage_between_its_neighbours(client):
    file = KnowledgeFileFactory(file_name="sky.md")
    before, cited, after = (
        KnowledgeItemFactory(file=file, position=n, heading="Sky > The Moon", text=f"Passage {n}.", page=7)
        for n in range(3)
    )
    client.force_login(PlayerFactory())

    response = client.get(cited.get_absolute_url())

    page = response.content.decode()
    assert "<mark>Passage 1.</mark>" in page
    shown = ("Passage 0.", "Passage 2.", "sky.md, page 7", "<h1>The Moon</h1>", file.npc.get_absolute_url())
    for part in shown:
        assert part in page
    assert [before.get_absolute_url() in page, after.get_absolute_url() in page] == [True, True]


def test_the_sources_of_a_resting_character_rest_too(client):
    item = KnowledgeItemFactory(file__npc__is_active=False)
    client.force_login(PlayerFactory())

    assert client.get(item.get_absolute_url()).status_code == 404


def test_an_author_keeps_the_care_of_his_own_characters_only(client):
    author = PlayerFactory()
    own, other = NpcFactory(created_by=author, is_active=False), NpcFactory()
    client.force_login(author)

    shown = "data-upload" in client.get(own.get_absolute_url()).content.decode()
    answers = [upload(client, npc, ("sky.md", NOTES), headers=HTMX).status_code for npc in (own, other)]

    assert (shown, answers) == (True, [200, 403])
    assert [file.npc for file in KnowledgeFile.objects.all()] == [own]


def test_a_file_of_somebody_elses_character_is_out_of_an_authors_reach(client):
    author = PlayerFactory()
    own, file = NpcFactory(created_by=author), KnowledgeFileFactory()
    client.force_login(author)

    answers = [
        client.post(reverse("npcs:knowledge-delete", args=[slug, file.uuid])).status_code
        for slug in (own.slug, file.npc.slug)
    ]

    assert answers == [404, 403]
    assert KnowledgeFile.objects.filter(pk=file.pk).exists()


def test_a_resting_character_is_there_for_its_author(client):
    author = PlayerFactory()
    npc = NpcFactory(created_by=author, is_active=False)

    client.force_login(author)

    assert client.get(npc.get_absolute_url()).status_code == 200
    assert client.get(f"/api/v1/characters/{npc.slug}").status_code == 200


@pytest.mark.parametrize(
    ("page", "is_here"),
    [("npcs:list", True), ("npcs:memories", False), ("npcs:own-key", False), ("npcs:messengers", False)],
)
def test_settings_are_no_characters(client, page, is_here):
    """Wherever their addresses begin."""
    client.force_login(PlayerFactory())

    html = client.get(reverse(page)).content.decode()

    assert ('aria-current="page">Characters</a>' in html) is is_here


def test_thumbs_are_a_group_within_their_form():
    html = render_to_string("npcs/_rating.html", {"message_uuid": "", "thumb": ""})

    form, group = html[html.index("<form") :].split(">", 1)
    assert "role" not in form
    assert '<div role="group" aria-label="Was this answer good?">' in group
