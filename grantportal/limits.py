"""How often a minute somebody may ask for what costs much: a person who is signed in, else an address.

A whole region may share an address, so the limits are wide. What guards accounts is counted in the database instead.
"""

from typing import Any

from flask import Flask, g, request
from flask_limiter import Limiter, RequestLimit

from grantportal.domain import clock

LIMITS = {
    "search": (60, ("cases.index",)),
    "files": (
        60,
        (
            *("allocations.download", "allocations.download_total", "applications.pdf", "payments.download"),
            *("records.download", "records.download_case", "reports.pdf", "reviews.download"),
        ),
    ),
    "uploads": (60, ("attachments.add",)),
    "links": (60, ("accounts.one_time", "invitations.show", "invitations.decline", "ombud.follow")),
}
"""How many a minute, of which pages together."""


def keep(app: Flask, storage: str) -> None:
    """Count from now on, in `storage`: memory:// for each process by itself, or redis://… for all. Empty means never.

    While the storage is away, each process counts by itself.
    """
    if not storage:
        return
    limiter = Limiter(
        _who,
        app=app,
        storage_uri=storage,
        in_memory_fallback_enabled=not storage.startswith("memory:"),
        on_breach=_say_when,
    )
    for scope, (most, endpoints) in LIMITS.items():
        shared = limiter.shared_limit(f"{most} per minute", scope=scope, exempt_when=_is_no_search)
        for endpoint in endpoints:
            view: Any = shared(app.view_functions[endpoint])
            app.view_functions[endpoint] = view


def _say_when(broken: RequestLimit) -> None:
    """In how many seconds the next one is let in: the answer's Retry-After."""
    g.retry_after = max(1, min(60, round(broken.reset_at - clock.real_now().timestamp())))


def _who() -> str:
    actor = g.get("actor")
    return f"user {actor.user_id}" if actor is not None and actor.user_id is not None else f"from {request.remote_addr}"


def _is_no_search() -> bool:
    return request.endpoint == "cases.index" and not request.args.get("sok")
