"""Utlysning: an invitation to apply for one or more grant years."""

from enum import StrEnum

from grantportal.domain.lifecycle import Lifecycle


class CallKind(StrEnum):
    """An extra call shares out what is left of a year's frame (omfördelning), to that year's grantees only."""

    ORDINARY = "ordinary"
    EXTRA = "extra"


class CallStatus(StrEnum):
    """Open and closed are derived from the clock, never stored."""

    DRAFT = "draft"
    PUBLISHED = "published"


class CallAction(StrEnum):
    """What may be done with a call."""

    EDIT = "edit"
    PUBLISH = "publish"


CALL: Lifecycle[CallStatus, CallAction] = Lifecycle(
    {
        (CallStatus.DRAFT, CallAction.EDIT): CallStatus.DRAFT,
        (CallStatus.DRAFT, CallAction.PUBLISH): CallStatus.PUBLISHED,
    },
    refusal="Utlysningen är redan publicerad och kan inte ändras.",
)
