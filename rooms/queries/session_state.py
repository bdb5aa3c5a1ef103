"""The state of a session as programs and sockets get it."""

from datetime import UTC, datetime

from rooms.queries.sessions import Panel


def state_of(panel: Panel) -> dict:
    """What the viewer may know now; `ends_at` is the end of his own time."""
    session, reveal = panel.session, panel.reveal
    assert session is not None  # noqa: S101 - asked only of a panel with one
    ends_at = (
        datetime.fromtimestamp(panel.ends_at_ms / 1000, UTC) if panel.ends_at_ms else session.phase_ends_at
    )
    mine = panel.my_standing
    return {
        "uuid": session.uuid,
        "kind": session.session_type,
        "mode": session.mode,
        "format": session.format,
        "phase": session.phase,
        "topic": session.topic.name,
        "round": session.round_number,
        "rounds": session.rounds_planned,
        "stage": session.stage,
        "stages": session.stages_planned,
        "ends_at": ends_at,
        "is_paused": panel.is_paused,
        "pause_reason": session.pause_reason,
        "statement": panel.statement,
        "answered": panel.answered,
        "players": panel.players,
        "spectators": panel.spectators,
        "is_playing": panel.plays,
        "my_verdict": panel.my_verdict,
        "has_passed": panel.has_passed,
        "my_confidence": panel.my_confidence,
        "my_points": mine.points if mine else None,
        "my_place": mine.place if mine else None,
        "key": reveal.is_true if reveal else None,
        "explanation": reveal.explanation if reveal else "",
        "source": reveal.source if reveal else "",
        "is_annulled": reveal.annulled if reveal else False,
    }
