"""Files: attaching a rendered document to its record, and sweeping away bytes that no row names."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from grantportal.domain import clock
from grantportal.domain.actors import SYSTEM
from grantportal.domain.events import EventKind
from grantportal.effects import files as effects
from grantportal.effects.files import Placed
from grantportal.queries import files, records
from grantportal.transaction import transaction

ROWLESS_FOR = timedelta(days=1)
"""How old bytes without a row must be: a transaction that is about to name them is never that slow."""

TOGETHER = 500


def attach(record_id: int, placed: Placed, *, shown_name: str, media_type: str) -> None:
    """Give the record its document, unless somebody else has done so meanwhile: then the first one stays."""
    with transaction(SYSTEM, EventKind.RECORD_RENDERED, may_be_silent=True) as act:
        record = records.locked(record_id)
        if record.file_id is None:
            record.file_id = effects.enter(act.session, placed, shown_name=shown_name, media_type=media_type).id
            act.about(record, record=record.number, sha256=placed.sha256)


def sweep_mail(folder: Path) -> int:
    """Remove messages that were only half written a day ago. Answers how many."""
    limit = (clock.real_now() - ROWLESS_FOR).timestamp()
    old = [path for path in folder.glob(".*.eml.*") if path.stat().st_mtime < limit]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def sweep(folder: Path) -> int:
    """Remove bytes that have had no row for a day: what a crash between disk and database left. Answers how many."""
    if not folder.is_dir():
        return 0
    limit = clock.real_now() - ROWLESS_FOR
    old = [path for path in folder.iterdir() if datetime.fromtimestamp(path.stat().st_mtime, UTC) < limit]
    removed = 0
    for start in range(0, len(old), TOGETHER):
        paths = old[start : start + TOGETHER]
        named = files.known([path.name for path in paths])
        for path in paths:
            if path.name not in named:
                path.unlink(missing_ok=True)
                removed += 1
    return removed
