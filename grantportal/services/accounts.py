"""Accounts: creating people and mandates, signing in and out."""

import secrets
from datetime import timedelta

from sqlalchemy import update

from grantportal.domain import clock
from grantportal.models.accounts import SignInSession
from grantportal.queries.accounts import key_hash
from grantportal.transaction import Bookkeeping, bookkeeping


def open_session(user_id: int, *, hours: int, second_factor: bool = False) -> str:
    """Open a browser session for the person and answer its key: the only time that the key itself is known here."""
    key = secrets.token_urlsafe(32)
    now = clock.real_now()
    with bookkeeping(Bookkeeping.SESSIONS) as (session, _):
        session.add(
            SignInSession(
                key_sha256=key_hash(key),
                user_id=user_id,
                created_at=now,
                last_seen_at=now,
                ends_at=now + timedelta(hours=hours),
                second_factor_at=now if second_factor else None,
            )
        )
    return key


def close_session(key: str) -> None:
    """Sign out: the key opens nothing from now on, wherever its cookie is kept."""
    with bookkeeping(Bookkeeping.SESSIONS) as (session, _):
        session.execute(
            update(SignInSession).where(SignInSession.key_sha256 == key_hash(key)).values(ended_at=clock.real_now())
        )
