"""Återrapportering: one grantee's report of one grant year, and its granskning."""

from enum import StrEnum

from grantportal.domain.lifecycle import Lifecycle


class Rating(StrEnum):
    """How far an expected result is reached."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"


class ReportStatus(StrEnum):
    """Not open, overdue and in review are derived."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    APPROVED = "approved"


class ReportAction(StrEnum):
    """What may be done with a report."""

    EDIT = "edit"
    ATTEST_ECONOMY = "attest_economy"
    SUBMIT = "submit"
    REVIEW = "review"
    REQUEST_SUPPLEMENT = "request_supplement"
    ANSWER_SUPPLEMENT = "answer_supplement"
    CLOSE_SUPPLEMENT = "close_supplement"
    APPROVE = "approve"


_S, _A = ReportStatus, ReportAction

REPORT: Lifecycle[ReportStatus, ReportAction] = Lifecycle(
    {
        (_S.DRAFT, _A.EDIT): _S.DRAFT,
        (_S.DRAFT, _A.ATTEST_ECONOMY): _S.DRAFT,
        (_S.DRAFT, _A.SUBMIT): _S.SUBMITTED,
        (_S.SUBMITTED, _A.REVIEW): _S.SUBMITTED,
        (_S.SUBMITTED, _A.REQUEST_SUPPLEMENT): _S.SUPPLEMENT_REQUESTED,
        (_S.SUPPLEMENT_REQUESTED, _A.EDIT): _S.SUPPLEMENT_REQUESTED,
        (_S.SUPPLEMENT_REQUESTED, _A.ATTEST_ECONOMY): _S.SUPPLEMENT_REQUESTED,
        (_S.SUPPLEMENT_REQUESTED, _A.ANSWER_SUPPLEMENT): _S.SUBMITTED,
        (_S.SUPPLEMENT_REQUESTED, _A.CLOSE_SUPPLEMENT): _S.SUBMITTED,
        (_S.SUBMITTED, _A.APPROVE): _S.APPROVED,
    },
    refusal="Återrapporteringen är inte i det läget längre. Ladda om sidan och se vad som gäller nu.",
)

RATING_TEXTS = {
    Rating.MET: "Uppnått",
    Rating.PARTLY: "Delvis uppnått",
    Rating.NOT_MET: "Inte uppnått",
    Rating.NOT_APPLICABLE: "Inte aktuellt i år",
}
