"""Ansökan: one organisation's application in one call."""

from enum import StrEnum

from grantportal.domain.lifecycle import Lifecycle


class ApplicationStatus(StrEnum):
    """What is stored. Late, communicated and under review are derived."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    WITHDRAWN = "withdrawn"
    CONCLUDED = "concluded"


class ApplicationAction(StrEnum):
    """What may be done with an application."""

    EDIT = "edit"
    SUBMIT = "submit"
    REQUEST_SUPPLEMENT = "request_supplement"
    ANSWER_SUPPLEMENT = "answer_supplement"
    CLOSE_SUPPLEMENT = "close_supplement"
    WITHDRAW = "withdraw"
    PROPOSE = "propose"
    COMMUNICATE = "communicate"
    CONCLUDE = "conclude"


_S, _A = ApplicationStatus, ApplicationAction

APPLICATION: Lifecycle[ApplicationStatus, ApplicationAction] = Lifecycle(
    {
        (_S.DRAFT, _A.EDIT): _S.DRAFT,
        (_S.DRAFT, _A.SUBMIT): _S.SUBMITTED,
        (_S.SUBMITTED, _A.REQUEST_SUPPLEMENT): _S.SUPPLEMENT_REQUESTED,
        (_S.SUPPLEMENT_REQUESTED, _A.EDIT): _S.SUPPLEMENT_REQUESTED,
        (_S.SUPPLEMENT_REQUESTED, _A.ANSWER_SUPPLEMENT): _S.SUBMITTED,
        (_S.SUPPLEMENT_REQUESTED, _A.CLOSE_SUPPLEMENT): _S.SUBMITTED,  # unanswered: assessed as it stands
        (_S.SUBMITTED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.SUPPLEMENT_REQUESTED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.SUBMITTED, _A.COMMUNICATE): _S.SUBMITTED,
        (_S.SUBMITTED, _A.PROPOSE): _S.SUBMITTED,
        (_S.WITHDRAWN, _A.PROPOSE): _S.WITHDRAWN,
        (_S.SUBMITTED, _A.CONCLUDE): _S.CONCLUDED,
        (_S.WITHDRAWN, _A.CONCLUDE): _S.CONCLUDED,
    },
    refusal="Ansökan är inte i det läget längre. Ladda om sidan och se vad som gäller nu.",
)


class Audience(StrEnum):
    """Whose words: the party's own, or the authority's."""

    PARTY = "party"
    AUTHORITY = "authority"
