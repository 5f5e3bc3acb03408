"""Counting what anybody can try: signing in, and asking without an account."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.accounts import PAUSE, Limits, ensure_let_in, opens_pause
from grantportal.models.accounts import SignInAttempt
from grantportal.queries.accounts import key_hash
from grantportal.transaction import Bookkeeping, bookkeeping


def count(limits: Limits, keys: Iterable[tuple[str, int]]) -> list[str]:
    """Count the attempt under each key, and commit that; then refuse it when one of them has had too many.

    Answers what it was counted under, for `forget`. Raises TooManyAttempts.
    """
    now = clock.real_now()
    window = timedelta(minutes=limits.minutes)
    counts = []
    with bookkeeping(Bookkeeping.ATTEMPTS) as (session, _):
        for key, most in keys:
            tried, _began = _add(session, key, window, now)
            in_pause, began = _add(session, f"pause {key}", PAUSE, now) if opens_pause(tried, most=most) else (0, now)
            counts.append((key, most, tried, in_pause, began + PAUSE - now))
    for _key, most, tried, in_pause, left in counts:
        ensure_let_in(tried, most=most, in_pause=in_pause, left=left)
    return [each[0] for each in counts]


def _add(session: Session, key: str, window: timedelta, now: datetime) -> tuple[int, datetime]:
    """One more under the key. Answers how many there are in the window, and when it began."""
    is_old = SignInAttempt.window_started_at <= now - window
    # One statement: a counter that is read and then written loses most of the attempts that come at once.
    counting = db.insert(SignInAttempt).values(key_sha256=key_hash(key), attempts=1, window_started_at=now)
    counting = counting.on_conflict_do_update(
        index_elements=[SignInAttempt.key_sha256],
        set_={
            "attempts": case((is_old, 1), else_=SignInAttempt.attempts + 1),
            "window_started_at": case((is_old, now), else_=SignInAttempt.window_started_at),
        },
    )
    row = session.execute(counting.returning(SignInAttempt.attempts, SignInAttempt.window_started_at)).one()
    return row.attempts, row.window_started_at


def forget(session: Session, keys: Iterable[str]) -> None:
    """It was the right person: only wrong attempts count."""
    for key in keys:
        session.execute(
            update(SignInAttempt)
            .where(SignInAttempt.key_sha256 == key_hash(key), SignInAttempt.attempts > 0)
            .values(attempts=SignInAttempt.attempts - 1)
        )
