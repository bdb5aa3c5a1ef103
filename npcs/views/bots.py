"""Where the programs between us and other messengers knock: signed with the bot's token, answered in JSON."""

import json
import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from npcs.actions.bots import BotRefused, Incoming, TooFast, as_data, receive
from npcs.models import BotAssignment
from npcs.models.bot import BOT_TEXT_MAX_LENGTH
from npcs.queries.bots import active_bot
from npcs.rules.signatures import is_signed
from padawanforge.kit import access
from padawanforge.kit.markdown import clean_text

BODY_BYTES = 32 * 1024
UNSIGNED = "The bot is unknown or not active, or the signature is missing, wrong or too old."
# In the place of a token, so that a bot that isn't there is refused as slowly as a wrong signature.
NO_TOKEN = "no bot has this token"  # noqa: S105
View = Callable[..., HttpResponse]


class MessageForm(forms.Form):
    """Field by field what a bridge posts, flattened."""

    external_id = forms.CharField(max_length=200)
    channel = forms.CharField(max_length=100, required=False)
    author_id = forms.CharField(max_length=200)
    author_name = forms.CharField(max_length=80, required=False)
    text = forms.CharField(max_length=BOT_TEXT_MAX_LENGTH)

    def clean_text(self) -> str:
        # What can't be seen is no question.
        if text := clean_text(self.cleaned_data["text"]):
            return text
        raise forms.ValidationError("There is no text.")


def _for_bots(view: View) -> View:
    """Hands the view the bot whose token signed the request; everything else hears the same refusal."""

    @wraps(view)
    def signed(request: HttpRequest, uuid: UUID, **kwargs: object) -> HttpResponse:
        if len(request.body) > BODY_BYTES:
            return _refusal(400, "bad_request", "The body is too big.")
        bot = active_bot(uuid)
        is_right = is_signed(
            request.headers.get("X-Padawan-Signature", ""),
            (bot and bot.bot_token) or NO_TOKEN,
            stamp=request.headers.get("X-Padawan-Timestamp", ""),
            now=time.time(),
            method=request.method or "",
            path=request.path,
            body=request.body,
        )
        if bot is None or not is_right:
            return _refusal(401, "not_signed", UNSIGNED)
        return view(request, bot, **kwargs)

    return signed


@csrf_exempt
@require_POST
@access.signed
@_for_bots
def message_post(request: HttpRequest, bot: BotAssignment) -> HttpResponse:
    """What somebody wrote; 202 with the address under which the answer will stand."""
    try:
        form = MessageForm(_flat(json.loads(request.body)))
    except (ValueError, RecursionError):
        return _refusal(400, "bad_request", "The body is no JSON object.")
    if not form.is_valid():
        names = {"external_id": "id", "author_id": "author.id", "author_name": "author.name"}
        fields = {names.get(name, name): [str(e) for e in errors] for name, errors in form.errors.items()}
        return _refusal(422, "invalid", "Some values are wrong; `fields` says which and why.", fields=fields)
    try:
        message = receive(bot=bot, incoming=Incoming(**form.cleaned_data), now=timezone.now())
    except BotRefused as refusal:
        status = 429 if isinstance(refusal, TooFast) else 409
        return _refusal(status, refusal.code, str(refusal))
    answer = JsonResponse(as_data(message), status=202)
    answer["Location"] = f"{request.path}/{message.uuid}"
    return _private(answer)


@csrf_exempt
@require_GET
@access.signed
@_for_bots
def message_detail(request: HttpRequest, bot: BotAssignment, message: UUID) -> HttpResponse:
    """How far the answer is, and the answer once it is there."""
    found = bot.messages.filter(uuid=message).first()
    if found is None:
        return _refusal(404, "not_found", "This bot has brought no such message.")
    return _private(JsonResponse(as_data(found)))


def _flat(sent: Any) -> dict[str, Any]:
    """Only text is taken over: whatever else stands there counts as nothing, and is missed by the form."""
    if not isinstance(sent, dict):
        raise ValueError("no object")
    author = sent.get("author") if isinstance(sent.get("author"), dict) else {}
    values = {
        "external_id": sent.get("id"),
        "channel": sent.get("channel"),
        "author_id": author.get("id"),
        "author_name": author.get("name"),
        "text": sent.get("text"),
    }
    return {name: _storable(value) for name, value in values.items() if isinstance(value, str)}


def _storable(text: str) -> str:
    """Without lone surrogates, which PostgreSQL refuses and no text needs."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def _refusal(status: int, code: str, detail: str, **more: object) -> HttpResponse:
    answer = _private(JsonResponse({"detail": detail, "code": code, **more}, status=status))
    if status == 429:
        answer["Retry-After"] = "60"
    return answer


def _private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "private, no-store"
    return answer
