import re

from django.template.loader import render_to_string

from messaging.actions.messages import post_message
from messaging.queries import recent_messages
from messaging.queries.history import Window
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory


def rendered(rf, player, channel, **context):
    request = rf.get("/")
    request.user = player
    context = {"post_url": "/say/", "may_post": True, **context}
    context |= {"channel": channel, "messages": recent_messages(channel)}
    return render_to_string("messaging/_stream.html", context, request)


def test_the_stream_shows_who_said_what(rf, channel, player):
    source = {"n": 1, "title": "The sky", "heading": "Stars", "url": "/p/1/"}
    post_message(channel=channel, player=player, text="What is **that**?")
    post_message(channel=channel, npc=NpcFactory(name="Vega"), text="A star.", metadata={"sources": [source]})
    post_message(channel=channel, player=PlayerFactory(display_name="<Bo>"), text="<b>Oh</b>")
    post_message(channel=channel, text="Bo came in.")

    html = rendered(rf, player, channel)

    assert re.findall(r'<li class="(msg[^"]*)" id="message-[0-9a-f-]{36}"', html) == [
        "msg msg--own", "msg msg--character", "msg", "msg msg--system",
    ]  # fmt: skip
    assert "<p>What is <strong>that</strong>?</p>" in html
    assert '<span class="source__title">The sky: Stars</span>' in html
    assert "&lt;Bo&gt;" in html
    assert "&lt;b&gt;Oh&lt;/b&gt;" in html


def test_the_stream_tells_the_script_where_it_stands(rf, channel, player):
    post_message(channel=channel, player=player, text="hello")
    channel.refresh_from_db()

    html = rendered(rf, player, channel)

    assert f'data-room="{channel.uuid}" data-epoch="{channel.log_epoch}" data-seq="1"' in html
    assert f'data-me="{player.uuid}"' in html
    assert '<template id="message-template">' in html


def test_the_composer_is_a_plain_form(rf, channel, player):
    html = rendered(rf, player, channel)

    assert '<form class="composer" method="post" action="/say/"' in html
    assert 'name="csrfmiddlewaretoken"' in html
    assert '<label class="sr-only" for="composer-text">' in html


def test_who_may_not_write_sees_no_composer(rf, channel, player):
    html = rendered(rf, player, channel, may_post=False)

    assert "data-composer" not in html
    assert "You can read here, but not write." in html


def test_the_button_for_older_messages_is_hidden_without_any(rf, channel, player):
    windows = (Window([], has_older, has_newer=False) for has_older in (False, True))
    without, with_older = (
        rendered(rf, player, channel, window=window, rows_url="/older/") for window in windows
    )

    assert 'class="stream__more" hidden' in without
    assert 'class="stream__more"><a class="btn btn--sm" rel="prev" data-older="/older/"' in with_older
