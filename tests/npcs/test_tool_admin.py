import pytest
from django.urls import reverse

from npcs.models import CustomFunction, ToolPolicy, ToolUse
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.npcs.test_npc_admin import root, run  # noqa: F401

pytestmark = pytest.mark.django_db
PAGES = ("customfunction", "toolpolicy", "tooluse")
FUNCTION = {
    "name": "weather", "description": "The weather.", "parameters": "{}", "method": "GET",
    "url": "https://api.example.org/weather", "new_secret": "hush-0123456789", "secret_header": "X-Key",
    "timeout_seconds": "5", "max_bytes": "1000", "is_allowed": "on",
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_only_those_who_configure_the_installation_come_in(client, page):
    client.force_login(GameMasterFactory())

    assert client.get(reverse(f"admin:npcs_{page}_changelist")).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("page", PAGES)
def test_a_list_costs_the_same_however_long_it_is(root, django_assert_max_num_queries, page, count):  # noqa: F811
    for number in range(count):
        CustomFunction.objects.create(name=f"f{number}", url="https://example.org")
        ToolPolicy.objects.create(tool=f"t{number}", decision="ask")
        ToolUse.objects.create(tool="look_up", npc=NpcFactory(), player=PlayerFactory(), state="done")

    with django_assert_max_num_queries(8):
        response = root.get(reverse(f"admin:npcs_{page}_changelist"))

    assert len(response.context["cl"].result_list) == count


def test_a_secret_is_kept_and_never_shown(root):  # noqa: F811
    root.post(reverse("admin:npcs_customfunction_add"), FUNCTION)
    function = CustomFunction.objects.get()
    url = reverse("admin:npcs_customfunction_change", args=[function.pk])

    page = root.get(url).content.decode()
    root.post(url, {**FUNCTION, "new_secret": ""})

    assert FUNCTION["new_secret"] not in page
    assert CustomFunction.objects.get().secret == FUNCTION["new_secret"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": "http://api.example.org"}, "Only addresses that begin with https:// are fetched."),
        ({"url": "http://169.254.169.254/", "is_trusted": "on"}, "never a model server"),
        ({"parameters": '{"type": "string"}'}, "The arguments of a function are an object."),
        ({"name": "Bad Name"}, "Small letters, digits and underscores only."),
        ({"name": "look_up"}, "A tool that every character has is called so."),
    ],
)
def test_what_could_do_harm_is_sent_back(root, changes, said):  # noqa: F811
    page = root.post(reverse("admin:npcs_customfunction_add"), {**FUNCTION, **changes})

    assert said in page.content.decode()
    assert not CustomFunction.objects.exists()


def test_what_can_not_be_taken_back_is_said(root):  # noqa: F811
    use = ToolUse.objects.create(tool="look_up", npc=NpcFactory(), player=PlayerFactory(), state="done")

    page = run(root, "tooluse", "take_back", use).content.decode()

    assert "This can&#x27;t be taken back." in page


def test_a_policy_is_made_for_tools_that_there_are(root):  # noqa: F811
    CustomFunction.objects.create(name="weather", url="https://example.org")
    url = reverse("admin:npcs_toolpolicy_add")

    offered = {name for name, _ in root.get(url).context["adminform"].form.fields["tool"].choices}
    for tool in ("weather", "wether"):
        root.post(url, {"tool": tool, "role": "", "decision": "deny"})

    assert {"look_up", "remember", "start_practice", "weather"} <= offered
    assert [policy.tool for policy in ToolPolicy.objects.all()] == ["weather"]
