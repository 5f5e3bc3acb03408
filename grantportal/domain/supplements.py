"""Komplettering: which parts are opened, why, until when."""

from enum import StrEnum

from grantportal.domain.lifecycle import Lifecycle


class SupplementStatus(StrEnum):
    """Overdue is derived."""

    REQUESTED = "requested"
    ANSWERED = "answered"
    CLOSED = "closed"


class SupplementAction(StrEnum):
    """What may be done with a request."""

    ANSWER = "answer"
    CLOSE = "close"


SUPPLEMENT: Lifecycle[SupplementStatus, SupplementAction] = Lifecycle(
    {
        (SupplementStatus.REQUESTED, SupplementAction.ANSWER): SupplementStatus.ANSWERED,
        (SupplementStatus.REQUESTED, SupplementAction.CLOSE): SupplementStatus.CLOSED,
    },
    refusal="Kompletteringen är redan besvarad eller stängd.",
)
