"""Anchors: signatures over the heads of all chains, so that no chain can be written anew unseen.

An anchor is made when something has happened since the last one. What it covers is told by the events' own numbers, never
by a clock: a machine whose clock has been wrong raises no alarm afterwards.
"""

import json
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from grantportal.domain import clock
from grantportal.domain.anchors import signed
from grantportal.keyring import Key
from grantportal.models.portal import Anchor, AnchorHead, OutboxItem
from grantportal.queries import anchors
from grantportal.transaction import Bookkeeping, bookkeeping

EXPORT = "export_anchors"
"""Outbox kind: write the new anchors where the installation keeps them outside."""

SETTLED_AFTER = timedelta(minutes=2)
"""How old an event is when everything that was written at the same time is certainly committed."""


def make(key: Key, *, every: timedelta = timedelta(0)) -> bool:
    """Make an anchor with the key, when something has happened since the last and that is at least `every` old.

    Answers whether one was made.
    """
    if not _is_due(every):
        return False
    with bookkeeping(Bookkeeping.ANCHORS) as (session, _):
        anchors.lock_making()
        if not _is_due(every):
            return False
        last, made_at = anchors.newest(), clock.real_now()
        # Who was about to commit then has perhaps a lower number than the newest: it is asked for once more.
        settled, heads = anchors.newest_event_id(before=made_at - SETTLED_AFTER), anchors.moved()
        number, previous = (last.number + 1, last.signature) if last else (1, "")
        anchor = Anchor(
            number=number,
            last_event_id=settled,
            made_at=made_at,
            key_id=key.id,
            previous=previous,
            signature=signed(key.content, number, made_at, previous, heads),
        )
        session.add(anchor)
        session.flush()
        session.add_all(
            AnchorHead(anchor_id=anchor.id, chain=chain, seq=seq, sha256=sha256) for chain, seq, sha256 in heads
        )
        session.add(OutboxItem(kind=EXPORT, payload="{}", at=clock.now(), available_at=made_at))
    return True


def _is_due(every: timedelta) -> bool:
    last = anchors.newest()
    if last is None:
        return anchors.newest_event_id() > 0
    # A clock that has been set back makes an old anchor look new: it counts by how far off it is, either way.
    return anchors.newest_event_id() > last.last_event_id and abs(clock.real_now() - last.made_at) >= every


def export(path: Path) -> int:
    """Add every anchor that the file does not have yet to its end, a line each. Answers how many there were."""
    written = [line["number"] for line in exported(path)] if path.exists() else []
    missing = anchors.after(max(written, default=0))
    if missing:
        with path.open("a", encoding="utf-8") as file:
            file.writelines(lines(missing))
            file.flush()
            os.fsync(file.fileno())
    return len(missing)


def lines(made: Iterable[Anchor]) -> Iterable[str]:
    """The anchors as they are exported, a line of JSON each."""
    for anchor in made:
        facts = {
            "number": anchor.number,
            "made_at": _moment(anchor.made_at),
            "key": anchor.key_id,
            "signature": anchor.signature,
        }
        yield json.dumps(facts) + "\n"


def exported(path: Path) -> list[dict[str, Any]]:
    """The anchors of a file that `export` has written. Raises ValueError for a file that is another."""
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    if not all(
        isinstance(each, dict) and isinstance(each.get("number"), int) and "signature" in each for each in found
    ):
        raise ValueError(f"{path} är ingen fil med ankare.")
    return found


def _moment(at: datetime) -> str:
    return at.isoformat()
