"""Ärende: what a dnr names. An application's case lives on through decision, payment and report."""

from enum import StrEnum


class CaseKind(StrEnum):
    """Each kind is a case of its own; those that follow from another have it as parent."""

    APPLICATION = "application"
    EXTRA_APPLICATION = "extra_application"
    OMBUD_APPLICATION = "ombud_application"
    RECOVERY = "recovery"
    SURVEY = "survey"
    GOVERNMENT_REPORT = "government_report"


class FrozenKind(StrEnum):
    """What a frozen version is a copy of."""

    APPLICATION = "application"
    DECISION = "decision"
    REPORT = "report"
    PAYMENT_BATCH = "payment_batch"


class RecordKind(StrEnum):
    """Kinds of handling in a case."""

    APPLICATION = "application"
    RECEIPT = "receipt"
    SUPPLEMENT_REQUEST = "supplement_request"
    SUPPLEMENT_ANSWER = "supplement_answer"
    WITHDRAWAL = "withdrawal"
    FILE_NOTE = "file_note"
    COMMUNICATION = "communication"
    REPLY = "reply"
    DECISION = "decision"
    DISPATCH = "dispatch"
    REPORT = "report"
    REVIEW = "review"


class Direction(StrEnum):
    """Whether a handling came in, went out or was made here."""

    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


RECORD_TEXTS = {
    RecordKind.APPLICATION: "Ansökan",
    RecordKind.RECEIPT: "Kvitto",
    RecordKind.SUPPLEMENT_REQUEST: "Begäran om komplettering",
    RecordKind.SUPPLEMENT_ANSWER: "Svar på komplettering",
    RecordKind.WITHDRAWAL: "Återkallelse",
    RecordKind.FILE_NOTE: "Tjänsteanteckning",
    RecordKind.COMMUNICATION: "Underlag till parten",
    RecordKind.REPLY: "Synpunkter från parten",
    RecordKind.DECISION: "Beslut",
    RecordKind.DISPATCH: "Expediering",
    RecordKind.REPORT: "Återrapportering",
    RecordKind.REVIEW: "Granskning",
}
DIRECTION_TEXTS = {Direction.IN: "In", Direction.OUT: "Ut", Direction.INTERNAL: "Upprättad"}
