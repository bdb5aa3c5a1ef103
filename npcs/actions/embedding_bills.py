"""Vectors made by a provider are booked like every other call: before they are made, and set right afterwards."""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from npcs.actions.budgets import BudgetSpent, Caller, ProvidersStopped, Spent, book, settle
from npcs.builtin.text import token_estimate
from npcs.llm.base import Unavailable
from npcs.llm.embeddings import BATCH, ProviderEmbeddings
from npcs.models import AiCall, Npc
from npcs.queries import embedding
from npcs.queries.engines import Engine


def embed_billed(
    engine: Engine,
    door: ProviderEmbeddings,
    texts: Sequence[str],
    *,
    npc: Npc | None = None,
    purpose: str = AiCall.Purpose.EMBED,
) -> np.ndarray:
    """One call and one line of the log for each request, on the bill of the character whose knowledge it is.

    A spent budget is a provider that is away.
    """
    if not texts:
        return door.embed(texts)
    starts = range(0, len(texts), BATCH)
    caller = Caller(purpose, npc=npc)
    return np.concatenate([_embed(caller, engine, door, texts[at : at + BATCH]) for at in starts])


def _embed(caller: Caller, engine: Engine, door: ProviderEmbeddings, texts: Sequence[str]) -> np.ndarray:
    estimate = sum(token_estimate(text) for text in texts)
    try:
        call = book(caller, engine, tokens_in=estimate, tokens_out=0)
    except (BudgetSpent, ProvidersStopped) as refusal:
        raise Unavailable("rate", error=type(refusal).__name__) from refusal
    started = time.monotonic()
    spent = Spent(AiCall.State.FAILED, error="interrupted")
    try:
        rows, counted = door.embed_counted(texts)
        spent = Spent(
            AiCall.State.OK,
            tokens_in=estimate if counted is None else counted,
            is_estimated=counted is None,
        )
        return rows
    except Unavailable as fault:
        spent = _failed(fault, estimate)
        raise
    finally:
        settle(call, engine, _timed(spent, started))


def _failed(fault: Unavailable, estimate: int) -> Spent:
    """A refusal costs nothing; a server that went silent had begun to work."""
    is_free = fault.status is not None or fault.reason in {"auth", "rate", "connection"}
    return Spent(
        AiCall.State.FAILED,
        tokens_in=0 if is_free else estimate,
        error=f"{fault.reason}: {fault.error}",
        status=fault.status,
    )


def _timed(spent: Spent, started: float) -> Spent:
    return replace(spent, latency_ms=round((time.monotonic() - started) * 1000))


embedding.bill_by(embed_billed)
