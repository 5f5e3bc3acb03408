"""Freezing: canonical JSON with its SHA-256, so that what was handed in or decided can be shown as it was."""

import json
from typing import Any

from grantportal.domain import clock
from grantportal.domain.cases import FrozenKind
from grantportal.domain.forms import canonical, fingerprint
from grantportal.effects.search import look_up
from grantportal.models.cases import FrozenVersion
from grantportal.queries import cases
from grantportal.transaction import Act


def freeze(
    act: Act, kind: FrozenKind, subject_id: int, content: dict[str, Any], *, case_id: int | None = None
) -> FrozenVersion:
    """Freeze `content` as the next version of the subject. The caller holds the subject's lock."""
    text = canonical(content)
    frozen = FrozenVersion(
        kind=kind,
        subject_id=subject_id,
        number=cases.last_version(kind, subject_id) + 1,
        case_id=case_id,
        content=text,
        sha256=fingerprint(text),
        frozen_at=clock.received(),
        frozen_by_id=act.actor.user_id,
    )
    act.session.add(frozen)
    act.session.flush()
    # As it is read back: the words in the order of the frozen copy, so that the control finds the same.
    look_up(act, frozen, json.loads(text))
    return frozen
