"""Which engines speak for a character, in which order, and what they cost."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet

from npcs.llm.layout import WINDOW_TOKENS
from npcs.llm.presets import HOSTED, preset_of
from npcs.models import AiControl, AiModel, AiProvider, FallbackStep, ModelPrice, Npc, UserAiSettings
from npcs.rules.prices import MILLION, Price, price_for
from padawanforge.kit.prepared import prepared
from players.models import Player

OWN_KEY_SECONDS = 120.0
# A provider of an installation with many fallbacks: nobody waits for more of them.
MAX_ENGINES = 5


@dataclass(frozen=True, slots=True)
class Engine:
    """A model of a provider, ready to be asked. `provider` is None for a player's own key."""

    label: str
    kind: str
    url: str
    model: str
    provider: AiProvider | None
    key: str
    price: Price | None = None
    window: int = WINDOW_TOKENS
    owner: int | None = None  # whose key it is, where it is a player's own

    @property
    def breaker(self) -> str:
        """Where its failures are counted: a player's key that is refused says nothing about the provider."""
        return f"provider.{self.provider.pk}" if self.provider else f"own.{self.owner}"

    @property
    def is_own_key(self) -> bool:
        return self.provider is None

    @property
    def json(self) -> str:
        """The first step of the ladder that is known to work, else the one that the kind promises."""
        known = self.provider.capabilities.get("json") if self.provider else None
        return known if isinstance(known, str) and known else preset_of(self.kind).json

    @property
    def has_tools(self) -> bool:
        """Until a test has found that there are none."""
        return self.provider is None or self.provider.capabilities.get("tools") is not False


@dataclass(frozen=True, slots=True)
class Line:
    """Who is asked, one after another; `note` says why the wish of the character was not followed."""

    engines: list[Engine]
    note: str = ""


def control() -> AiControl:
    """The installation's limits; the defaults until somebody has changed one."""
    return next(iter(_controls()), None) or AiControl()


@prepared
def _controls() -> QuerySet[AiControl]:
    return AiControl.objects.filter(pk=AiControl.ID)


def line_for(*, npc: Npc | None, player: Player | None, purpose: str, today: date) -> Line:
    """The player's own key, the character's provider, then the fallback order of the purpose.

    Without an order of its own, the purpose falls back on the default provider. While the staff's switch stops
    all providers, nobody.
    """
    rows: list[Any] = _in_question(npc.provider_id if npc else None, purpose)
    # Each provider says it; where there is none, there may still be a key of the player's own.
    if rows[0].are_stopped if rows else control().is_stopped:
        return Line([], "stopped")
    wanted = next((row for row in rows if npc and row.pk == npc.provider_id), None)
    is_off = wanted is not None and not wanted.is_active
    chosen = [] if wanted is None or is_off or npc is None else [(wanted, npc.ai_model)]
    pairs = _once([*chosen, *_fallbacks(rows)])
    engines = _own_engine(player) if purpose == FallbackStep.Purpose.CHAT else []
    engines += _engines(pairs, today)
    note = f"{wanted.name} is switched off" if wanted is not None and is_off else ""
    return Line(engines[:MAX_ENGINES], note)


def engine_of(provider: AiProvider, *, model: str = "", today: date) -> Engine:
    return _engines([(provider, model)], today)[0]


@prepared
def _in_question(wanted: int | None, purpose: str) -> QuerySet[AiProvider]:
    """The wanted one, those in the order of the purpose (once for each step), and the default; and the switch: one query."""
    steps = FilteredRelation("fallback_steps", condition=Q(fallback_steps__purpose=purpose))
    is_asked = Q(is_active=True) & (Q(is_default=True) | Q(step__isnull=False))
    rows = AiProvider.objects.annotate(
        step=steps,
        step_position=F("step__position"),
        step_model=F("step__ai_model"),
        are_stopped=Exists(AiControl.objects.filter(pk=AiControl.ID, is_stopped=True)),
        has_models=Exists(AiModel.objects.filter(provider=OuterRef("pk"))),
        has_prices=Exists(ModelPrice.objects.filter(provider=OuterRef("pk"))),
    )
    return rows.filter(is_asked | Q(pk=wanted)).order_by("step_position", "pk")


def _fallbacks(rows: list[Any]) -> list[tuple[AiProvider, str]]:
    active = [row for row in rows if row.is_active]
    if pairs := [(row, row.step_model) for row in active if row.step_position is not None]:
        return pairs
    return [(row, "") for row in active if row.is_default]


def _once(pairs: Iterable[tuple[AiProvider, str]]) -> list[tuple[AiProvider, str]]:
    """Each model of each provider one time, where it comes first."""
    seen: dict[tuple[int, str], tuple[AiProvider, str]] = {}
    for provider, model in pairs:
        seen.setdefault((provider.pk, model or provider.default_model), (provider, model))
    return list(seen.values())


def _engines(pairs: list[tuple[AiProvider, str]], today: date) -> list[Engine]:
    """Two queries, however many there are; none for a provider that is known to have neither models nor prices."""
    modelled = [provider.pk for provider, _ in pairs if getattr(provider, "has_models", True)]
    priced = [provider.pk for provider, _ in pairs if getattr(provider, "has_prices", True)]
    models = _models(modelled) if modelled else ()
    windows = {(row.provider_id, row.name): row.window_tokens for row in models}
    prices = prices_of(priced, today) if priced else {}
    return [
        Engine(
            label=f"{provider.display_name} · {model or provider.default_model}",
            kind=provider.provider_type,
            url=provider.api_endpoint,
            model=model or provider.default_model,
            provider=provider,
            key=provider.api_key or "",
            price=_price(provider, model or provider.default_model, prices.get(provider.pk, [])),
            window=windows.get((provider.pk, model or provider.default_model), WINDOW_TOKENS),
        )
        for provider, model in pairs
    ]


def prices_of(providers: Iterable[int], today: date) -> dict[int, list[Price]]:
    """The prices in force on the day: of each pattern the newest that has begun."""
    begun = [row for row in _prices(list(providers)) if row.valid_from <= today]
    newest = {(row.provider_id, row.model_pattern): row for row in begun}
    found: dict[int, list[Price]] = {}
    for row in newest.values():
        price = Price(row.model_pattern, row.input_price, row.output_price, row.cached_price)
        found.setdefault(row.provider_id, []).append(price)
    return found


@prepared
def _models(providers: Collection[int]) -> QuerySet[AiModel]:
    return AiModel.objects.filter(provider__in=providers)


@prepared
def _prices(providers: Collection[int]) -> QuerySet[ModelPrice]:
    return ModelPrice.objects.filter(provider__in=providers).order_by("valid_from")


def _price(provider: AiProvider, model: str, prices: list[Price]) -> Price | None:
    if (price := price_for(model, prices)) is not None:
        return price
    if provider.cost_per_token is None:
        return None
    flat = Decimal(provider.cost_per_token) * MILLION
    return Price("*", flat, flat)


def _own_engine(player: Player | None) -> list[Engine]:
    if player is None or player.is_guest:
        return []
    own = next(iter(_keys_of(player.pk)), None)
    if own is None or own.provider_type not in HOSTED:
        return []
    return [own_engine(own)]


@prepared
def _keys_of(player_id: int) -> QuerySet[UserAiSettings]:
    return UserAiSettings.objects.filter(player=player_id, is_active=True)


def own_engine(own: UserAiSettings) -> Engine:
    preset = HOSTED[own.provider_type]
    return Engine(
        label=f"{preset.label} · {own.ai_model} (own key)",
        kind=preset.kind,
        url=preset.url,
        model=own.ai_model,
        provider=None,
        key=own.api_key or "",
        owner=own.player_id,
    )
