"""Two server processes on one PostgreSQL; one is killed again and again while a session runs, the other goes on.

    python -m bench.takeover [--kills 5]

Printed for each kill: how long after the end of the phase the next one began. Half of the kills come right at the
end of a phase, and half with the step already taken by the killed process (its lease is still running).
"""

import argparse
import json
import signal
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.chat.servers import POSTGRESQL, PROGRAMS, Server

LATEST_SECONDS = 30
NEAR_THE_END = 0.15
LATER = datetime(2100, 1, 1, tzinfo=UTC)


class Row:
    """The session's row, read past Django so that looking costs next to nothing."""

    def __init__(self, database: str) -> None:
        url = urlunsplit(urlsplit(POSTGRESQL)._replace(path=f"/{database}"))
        self.connection = psycopg.connect(url, autocommit=True)

    def look(self) -> tuple[str, int, datetime]:
        query = "SELECT phase, round_number, phase_ends_at FROM rooms_gamesession ORDER BY id DESC LIMIT 1"
        phase, number, ends_at = self.connection.execute(query).fetchone()
        return phase, number, ends_at or LATER

    def lease_to_the_dead(self) -> None:
        self.connection.execute(
            "UPDATE rooms_gamesession SET leased_by = 'killed', lease_until = %s WHERE ended_at IS NULL",
            [datetime.now(UTC) + timedelta(seconds=2)],
        )


def measure(row: Row, doomed: Server, *, is_leased: bool) -> float:
    """Kill one server at the end of a phase; seconds from that end until the phase had changed."""
    phase, number, ends_at = row.look()
    while (left := (ends_at - datetime.now(UTC)).total_seconds()) > NEAR_THE_END:
        time.sleep(min(left - NEAR_THE_END, 0.5) if left > 1 else 0.01)
        phase, number, ends_at = row.look()
    doomed.stop(signal.SIGKILL)
    if is_leased:
        row.lease_to_the_dead()
    deadline = time.monotonic() + LATEST_SECONDS
    while row.look()[:2] == (phase, number) and time.monotonic() < deadline:
        time.sleep(0.01)
    return (datetime.now(UTC) - ends_at).total_seconds()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=4)
    options = parser.parse_args()
    program = PROGRAMS["forge-production"]
    # Each does its share of the background work, as servers do where nobody starts workers of their own.
    extra = {"JOB_THREADS": "4"}
    with Server(program, 8975, extra=extra) as first:
        second = Server(program, 8976, folder=first.folder, database=first.database, extra=extra)
        made = json.loads(first.run("bench.session_people", "open", "3", "game", "40"))
        second.start()
        first.start()
        first.run("bench.session_people", "start", made["session"])
        row = Row(first.database)
        for number in range(options.kills):
            is_leased = bool(number % 2)
            seconds = measure(row, first, is_leased=is_leased)
            print(f"{'with' if is_leased else 'without'} a running lease: {seconds:.2f} s", flush=True)
            first.start()
        row.connection.close()
        second.stop()


if __name__ == "__main__":
    main()
