"""Counting what anybody can try: signing in, and asking without an account."""

from datetime import timedelta

from sqlalchemy import case

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.accounts import Limits, ensure_attempts_left
from grantportal.models.accounts import SignInAttempt
from grantportal.queries.accounts import key_hash
from grantportal.transaction import Bookkeeping, bookkeeping


def count(limits: Limits, *keys: tuple[str, int]) -> list[str]:
    """Count the attempt under each key, and commit that; then refuse when one of them has too many."""
    now = clock.real_now()
    is_old = SignInAttempt.window_started_at <= now - timedelta(minutes=limits.minutes)
    counts = []
    with bookkeeping(Bookkeeping.ATTEMPTS) as (session, _):
        for key, _most in keys:
            # One statement: a counter that is read and then written loses most of the attempts that come at once.
            counting = db.insert(SignInAttempt).values(key_sha256=key_hash(key), attempts=1, window_started_at=now)
            counting = counting.on_conflict_do_update(
                index_elements=[SignInAttempt.key_sha256],
                set_={
                    "attempts": case((is_old, 1), else_=SignInAttempt.attempts + 1),
                    "window_started_at": case((is_old, now), else_=SignInAttempt.window_started_at),
                },
            )
            counts.append(session.execute(counting.returning(SignInAttempt.attempts)).scalar_one())
    for count, (_key, most) in zip(counts, keys, strict=True):
        ensure_attempts_left(count, most=most, minutes=limits.minutes)
    return [key for key, _most in keys]
