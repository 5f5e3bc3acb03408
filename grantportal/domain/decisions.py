"""Beslut: proposed by one, made by another, immutable from then on."""

from enum import StrEnum

from grantportal.domain.lifecycle import Lifecycle


class Outcome(StrEnum):
    """What is decided: bifall, delvis bifall, avslag, avskrivning."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"
    STRUCK = "struck"


class DecisionStatus(StrEnum):
    """draft → proposed → made | returned; returned → proposed."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    RETURNED = "returned"
    MADE = "made"


class DecisionAction(StrEnum):
    """What may be done with a decision."""

    EDIT = "edit"
    PROPOSE = "propose"
    RETURN = "return"
    DECIDE = "decide"
    DISPATCH = "dispatch"


_S, _A = DecisionStatus, DecisionAction

DECISION: Lifecycle[DecisionStatus, DecisionAction] = Lifecycle(
    {
        (_S.DRAFT, _A.EDIT): _S.DRAFT,
        (_S.DRAFT, _A.PROPOSE): _S.PROPOSED,
        (_S.PROPOSED, _A.RETURN): _S.RETURNED,
        (_S.RETURNED, _A.EDIT): _S.RETURNED,
        (_S.RETURNED, _A.PROPOSE): _S.PROPOSED,
        (_S.PROPOSED, _A.DECIDE): _S.MADE,
        (_S.MADE, _A.DISPATCH): _S.MADE,
    },
    refusal="Beslutet är inte i det läget längre. Ett fattat beslut kan inte ändras.",
)


class CommunicationKind(StrEnum):
    """Kommunicering was sent, or skipped on one of the grounds of 25 § förvaltningslagen."""

    SENT = "sent"
    SKIPPED = "skipped"


class SkipGround(StrEnum):
    """25 § förvaltningslagen (2017:900)."""

    OBVIOUSLY_UNNEEDED = "obviously_unneeded"
    MUCH_HARDER = "much_harder"
    URGENT_INTEREST = "urgent_interest"


OUTCOME_TEXTS = {
    Outcome.GRANTED: "Bifall",
    Outcome.PARTLY: "Delvis bifall",
    Outcome.REFUSED: "Avslag",
    Outcome.STRUCK: "Avskrivning",
}
SKIP_TEXTS = {
    SkipGround.OBVIOUSLY_UNNEEDED: "Uppenbart obehövligt",
    SkipGround.MUCH_HARDER: "Det skulle bli väsentligt svårare att genomföra beslutet",
    SkipGround.URGENT_INTEREST: "Ett väsentligt allmänt eller enskilt intresse kräver att beslutet fattas omedelbart",
}
