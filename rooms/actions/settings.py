"""What the people who manage a room choose for it."""

from collections.abc import Mapping
from copy import copy
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from messaging.actions.messages import record_event
from messaging.models import Channel
from messaging.queries.moderation import floor_in
from messaging.rules.levels import LEVELS
from padawanforge.kit.markdown import clean_text
from players.actions.audit import record
from players.models import Player
from rooms.actions.audiences import AudienceRefused, note_staff_inside, problem_of_audience
from rooms.actions.rooms import tag_names
from rooms.models import Room, RoomSettings, Tag
from rooms.models.settings import CHOSEN_FIELDS, ROOM_FIELDS
from rooms.refusals import FieldRefused
from rooms.rules.words import listed, problem_of


class SettingRefused(FieldRefused):
    pass


class RoomTooSmall(SettingRefused):
    code = "too_small"


class LevelTooLow(SettingRefused):
    code = "level_floor"


@transaction.atomic
def change_settings(*, room: Room, by: Player | None, values: Mapping[str, Any]) -> list[str]:
    """Change columns of the room, its settings and its tags; the names of those that are different now."""
    # Who enters waits for the row, so nobody comes into a room that just became too small for him.
    room = Room.objects.select_for_update(of=("self",)).select_related("channel").get(pk=room.pk)
    chosen = RoomSettings.objects.select_for_update().get(room=room)
    was = copy(room), copy(chosen)
    changed = _assign(room, ROOM_FIELDS, values) + _assign(chosen, CHOSEN_FIELDS, values)
    tags = tag_names(values["tags"]) if "tags" in values else None
    if tags is not None and set(tags) != set(room.tags.values_list("name", flat=True)):
        changed.append("tags")
    if not changed:
        return []
    _refuse_impossible(room, chosen, changed)
    if problem := problem_of_audience(room, by=by, was=was[0].audience):
        raise AudienceRefused(problem, field="audience")
    if "audience" in changed:
        note_staff_inside(room, now=timezone.now())
    if "room_rules" in changed:
        chosen.rules_version += 1
    before = _public_facts(*was, changed)
    room.save(update_fields=[*ROOM_FIELDS, "updated_at"])
    chosen.save()
    if "tags" in changed:
        room.tags.set([Tag.objects.get_or_create(name=tag)[0] for tag in tags or ()])
    record_event(channel=room.channel, type="room.updated", payload=_told(room, chosen, changed), actor=by)
    after = {**_public_facts(room, chosen, changed), "changed": changed}
    record(actor=by, verb="room.changed", subject=room, before=before, after=after)
    return changed


def problem_of_level(channel: Channel, level: str) -> str:
    """Why the room can't be moderated at that level only; empty when it can."""
    floor = floor_in(channel)
    if level not in LEVELS or LEVELS.index(level) >= LEVELS.index(floor):
        return ""
    return (
        f"By the ages of the people in it, this room is moderated at least at the level “{floor}”."
        " Choose that or a stricter one."
    )


def _assign(row: models.Model, names: tuple[str, ...], values: Mapping[str, Any]) -> list[str]:
    """Take over what is different; which columns these are."""
    changed = []
    for name in names:
        if name not in values:
            continue
        value = values[name]
        if name == "refused_words":
            value = listed(value)
        elif isinstance(value, str):
            # Browsers break lines in their own way; that alone is no change.
            value = value.replace("\r\n", "\n")
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(name)
    return changed


def _refuse_impossible(room: Room, chosen: RoomSettings, changed: list[str]) -> None:
    if "name" in changed:
        room.name = clean_text(room.name)
    if "max_players" in changed and room.max_players < room.current_players:
        sentence = f"{room.current_players} people are in the room, so it needs at least as many places."
        raise RoomTooSmall(sentence, field="max_players")
    if "refused_words" in changed and (problem := problem_of(chosen.refused_words)):
        raise SettingRefused(problem, field="refused_words")
    if "moderation_level" in changed and (problem := problem_of_level(room.channel, chosen.moderation_level)):
        raise LevelTooLow(problem, field="moderation_level")
    for row in (room, chosen):
        try:
            row.clean_fields(exclude=None if row is chosen else ["owner", "slug"])
        except ValidationError as invalid:
            field, sentences = next(iter(invalid.message_dict.items()))
            label = str(getattr(row._meta.get_field(field), "verbose_name", field)).capitalize()
            raise SettingRefused(f"{label}: {sentences[0]}", field=field) from None


def _told(room: Room, chosen: RoomSettings, changed: list[str]) -> dict[str, object]:
    """What open pages draw anew. The list of refused words is nobody's business."""
    return {
        "changed": changed, "name": room.name, "description": room.description, "theme": chosen.theme,
        "slow_seconds": chosen.slow_seconds,
    }  # fmt: skip


def _public_facts(room: Room, chosen: RoomSettings, changed: list[str]) -> dict[str, object]:
    """Without free texts: an entry of the audit log outlives what people may have written of each other."""
    facts: dict[str, object] = {}
    for row in (room, chosen):
        for field in row._meta.fields:
            is_text = isinstance(field, models.TextField) or field.name == "name"
            if field.name in changed and not is_text:
                facts[field.name] = getattr(row, field.attname)
    return facts
