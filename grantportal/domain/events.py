"""Händelser: the closed list of what the history can say, and how it says it in Swedish."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from grantportal.domain.actors import ROLE_TEXTS, Role
from grantportal.domain.clock import day_text
from grantportal.domain.money import kr
from grantportal.domain.payments import PaymentDeviation, deviations_text


class EventKind(StrEnum):
    """What happened. The value is stored; `text` is shown."""

    USER_CREATED = "user.created"
    USER_RESET = "user.reset"
    USER_PASSWORD_CHOSEN = "user.password_chosen"
    USER_PASSWORD_REHASHED = "user.password_rehashed"
    USER_TOTP_ENABLED = "user.totp_enabled"
    USER_TOTP_DISABLED = "user.totp_disabled"
    USER_CLOSED = "user.closed"
    MANDATE_GRANTED = "mandate.granted"
    MANDATE_ENDED = "mandate.ended"
    INVITATION_SENT = "invitation.sent"
    INVITATION_DECLINED = "invitation.declined"
    INVITATION_WITHDRAWN = "invitation.withdrawn"
    ORGANISATION_REGISTERED = "organisation.registered"
    ORGANISATION_MAILBOX_CHANGED = "organisation.mailbox_changed"
    OMBUD_APPLICATION_RECEIVED = "ombud_application.received"
    OMBUD_APPLICATION_ASKED = "ombud_application.asked"
    OMBUD_APPLICATION_SUPPLEMENTED = "ombud_application.supplemented"
    OMBUD_APPLICATION_APPROVED = "ombud_application.approved"
    OMBUD_APPLICATION_CLOSED = "ombud_application.closed"
    GIRO_REGISTERED = "giro.registered"
    GIRO_VERIFIED = "giro.verified"
    GIRO_APPROVED = "giro.approved"
    GIRO_REFUSED = "giro.refused"
    GIRO_WITHDRAWN = "giro.withdrawn"
    YOUTH_HOME_REGISTERED = "youth_home.registered"
    YOUTH_HOME_MOVED = "youth_home.moved"
    YOUTH_HOME_CLOSED = "youth_home.closed"
    YOUTH_HOME_REOPENED = "youth_home.reopened"
    GRANT_SET_UP = "grant.set_up"
    GRANT_CHANGED = "grant.changed"
    FRAME_ALLOTTED = "frame.allotted"
    FORM_PUBLISHED = "form.published"
    CONDITIONS_PUBLISHED = "conditions.published"
    FRAMEWORK_PUBLISHED = "framework.published"
    CALL_CREATED = "call.created"
    CALL_CHANGED = "call.changed"
    CALL_PUBLISHED = "call.published"
    CALL_EXTENDED = "call.extended"
    CALL_CORRECTED = "call.corrected"
    CALL_CLOSED_EARLY = "call.closed_early"
    CALL_WITHDRAWN = "call.withdrawn"
    CALL_OPENED = "call.opened"
    APPLICATION_STARTED = "application.started"
    APPLICATION_SUBMITTED = "application.submitted"
    APPLICATION_WITHDRAWN = "application.withdrawn"
    APPLICATION_CONCLUDED = "application.concluded"
    APPLICATION_CALL_WITHDRAWN = "application.call_withdrawn"
    CASE_REFERENCE_CHANGED = "case.reference_changed"
    CASE_ASSIGNED = "case.assigned"
    SUPPLEMENT_REQUESTED = "supplement.requested"
    SUPPLEMENT_ANSWERED = "supplement.answered"
    SUPPLEMENT_CLOSED = "supplement.closed"
    SUPPLEMENT_TIME_ASKED = "supplement.time_asked"
    SUPPLEMENT_EXTENDED = "supplement.extended"
    SUPPLEMENT_REMINDED = "supplement.reminded"
    FILE_NOTE_WRITTEN = "file_note.written"
    MESSAGE_SENT = "message.sent"
    COMMUNICATION_SENT = "communication.sent"
    COMMUNICATION_SKIPPED = "communication.skipped"
    COMMUNICATION_REPLIED = "communication.replied"
    DECISION_PROPOSED = "decision.proposed"
    DECISION_RETURNED = "decision.returned"
    DECISION_MADE = "decision.made"
    DISSENT_NOTED = "dissent.noted"
    DECISION_DISPATCHED = "decision.dispatched"
    PAYMENT_PLANNED = "payment.planned"
    PAYMENT_REGISTERED = "payment.registered"
    PAYMENT_ATTESTED = "payment.attested"
    PAYMENT_BATCHED = "payment.batched"
    PAYMENT_CONFIRMED = "payment.confirmed"
    PAYMENT_DEVIATED = "payment.deviated"
    PAYMENT_ATTESTATION_ENDED = "payment.attestation_ended"
    PAYMENT_UNREGISTERED = "payment.unregistered"
    BATCH_CREATED = "batch.created"
    REPORT_PLANNED = "report.planned"
    REPORT_OPENED = "report.opened"
    REPORT_REMINDED = "report.reminded"
    REPORT_ECONOMY_ATTESTED = "report.economy_attested"
    REPORT_ATTESTATION_ENDED = "report.attestation_ended"
    REPORT_SUBMITTED = "report.submitted"
    REPORT_REVIEWED = "report.reviewed"
    REPORT_APPROVED = "report.approved"
    PERSONAL_NUMBER_KEPT = "personal_number.kept"
    FILE_BLOCKED = "file.blocked"
    RECORD_RENDERED = "record.rendered"
    ROWS_TAKEN_IN = "rows.taken_in"

    @property
    def text(self) -> str:
        """The line that the history shows."""
        return EVENT_TEXTS[self]


EVENT_TEXTS = {
    EventKind.USER_CREATED: "Konto skapat",
    EventKind.USER_RESET: "Ny engångslänk utfärdad",
    EventKind.USER_PASSWORD_CHOSEN: "Lösenord valt",
    EventKind.USER_PASSWORD_REHASHED: "Lösenordet lagrat med starkare skydd",
    EventKind.USER_TOTP_ENABLED: "Inloggning med engångskod påslagen",
    EventKind.USER_TOTP_DISABLED: "Inloggning med engångskod avslagen",
    EventKind.USER_CLOSED: "Konto avslutat",
    EventKind.MANDATE_GRANTED: "Behörighet given",
    EventKind.MANDATE_ENDED: "Behörighet avslutad",
    EventKind.INVITATION_SENT: "Inbjudan skickad",
    EventKind.INVITATION_DECLINED: "Inbjudan avböjd",
    EventKind.INVITATION_WITHDRAWN: "Inbjudan återtagen",
    EventKind.ORGANISATION_REGISTERED: "Organisation registrerad",
    EventKind.ORGANISATION_MAILBOX_CHANGED: "Gemensam e-postlåda ändrad",
    EventKind.OMBUD_APPLICATION_RECEIVED: "Ansökan om ombud inkommen",
    EventKind.OMBUD_APPLICATION_ASKED: "Komplettering av ansökan om ombud begärd",
    EventKind.OMBUD_APPLICATION_SUPPLEMENTED: "Ansökan om ombud kompletterad",
    EventKind.OMBUD_APPLICATION_APPROVED: "Ombud godkänt genom beslut",
    EventKind.OMBUD_APPLICATION_CLOSED: "Ansökan om ombud avslutad",
    EventKind.GIRO_REGISTERED: "Bankgiro registrerat",
    EventKind.GIRO_VERIFIED: "Bankgiro kontrollerat",
    EventKind.GIRO_APPROVED: "Bankgiro godkänt",
    EventKind.GIRO_REFUSED: "Bankgiro underkänt",
    EventKind.GIRO_WITHDRAWN: "Bankgiro återtaget",
    EventKind.YOUTH_HOME_REGISTERED: "Ungdomshem registrerat",
    EventKind.YOUTH_HOME_MOVED: "Ungdomshem flyttat till en annan region",
    EventKind.YOUTH_HOME_CLOSED: "Ungdomshem stängt",
    EventKind.YOUTH_HOME_REOPENED: "Ungdomshem öppnat igen",
    EventKind.GRANT_SET_UP: "Statsbidrag upplagt",
    EventKind.GRANT_CHANGED: "Statsbidrag ändrat",
    EventKind.FRAME_ALLOTTED: "Årets medel tilldelade",
    EventKind.FORM_PUBLISHED: "Formulär publicerat",
    EventKind.CONDITIONS_PUBLISHED: "Villkor publicerade",
    EventKind.FRAMEWORK_PUBLISHED: "Förväntade resultat publicerade",
    EventKind.CALL_CREATED: "Utlysning upplagd",
    EventKind.CALL_CHANGED: "Utlysning ändrad",
    EventKind.CALL_PUBLISHED: "Utlysning publicerad",
    EventKind.CALL_EXTENDED: "Längre tid att ansöka",
    EventKind.CALL_CORRECTED: "Text i utlysningen rättad",
    EventKind.CALL_CLOSED_EARLY: "Utlysning stängs i förtid",
    EventKind.CALL_WITHDRAWN: "Utlysning återtagen",
    EventKind.CALL_OPENED: "Meddelande skickat om att utlysningen har öppnat",
    EventKind.APPLICATION_STARTED: "Ansökan påbörjad",
    EventKind.APPLICATION_SUBMITTED: "Ansökan inskickad",
    EventKind.APPLICATION_WITHDRAWN: "Ansökan återkallad",
    EventKind.APPLICATION_CALL_WITHDRAWN: "Utlysningen är återtagen",
    EventKind.APPLICATION_CONCLUDED: "Ansökan avslutad genom beslut",
    EventKind.FILE_BLOCKED: "Bilaga spärrad av viruskontrollen",
    EventKind.PERSONAL_NUMBER_KEPT: "Personnummer lämnat med skäl",
    EventKind.RECORD_RENDERED: "Handlingens dokument framställt",
    EventKind.ROWS_TAKEN_IN: "Uppgifter från tiden före den här kontrollen intagna i historiken",
    EventKind.CASE_REFERENCE_CHANGED: "Ert diarienummer ändrat",
    EventKind.CASE_ASSIGNED: "Handläggare utsedd",
    EventKind.SUPPLEMENT_REQUESTED: "Komplettering begärd",
    EventKind.SUPPLEMENT_ANSWERED: "Komplettering inskickad",
    EventKind.SUPPLEMENT_CLOSED: "Komplettering stängd utan svar",
    EventKind.SUPPLEMENT_TIME_ASKED: "Längre tid begärd",
    EventKind.SUPPLEMENT_EXTENDED: "Längre tid att komplettera",
    EventKind.SUPPLEMENT_REMINDED: "Påminnelse om komplettering skickad",
    EventKind.FILE_NOTE_WRITTEN: "Tjänsteanteckning skriven",
    EventKind.MESSAGE_SENT: "Meddelande skickat",
    EventKind.COMMUNICATION_SENT: "Underlag skickat till parten",
    EventKind.COMMUNICATION_SKIPPED: "Kommunicering behövdes inte",
    EventKind.COMMUNICATION_REPLIED: "Synpunkter lämnade",
    EventKind.DECISION_PROPOSED: "Förslag lämnat till beslut",
    EventKind.DECISION_RETURNED: "Förslag återlämnat",
    EventKind.DECISION_MADE: "Beslut fattat",
    EventKind.DISSENT_NOTED: "Avvikande mening antecknad",
    EventKind.DECISION_DISPATCHED: "Beslut skickat",
    EventKind.PAYMENT_PLANNED: "Utbetalning planerad",
    EventKind.PAYMENT_REGISTERED: "Utbetalning registrerad",
    EventKind.PAYMENT_ATTESTED: "Utbetalning attesterad",
    EventKind.PAYMENT_BATCHED: "Utbetalning lagd i underlag",
    EventKind.PAYMENT_CONFIRMED: "Betald",
    EventKind.PAYMENT_DEVIATED: "Betalningen avviker",
    EventKind.PAYMENT_ATTESTATION_ENDED: "Attesten gäller inte längre",
    EventKind.PAYMENT_UNREGISTERED: "Registreringen av utbetalningen är tillbakatagen",
    EventKind.BATCH_CREATED: "Underlag för utbetalning skapat",
    EventKind.REPORT_PLANNED: "Återrapportering planerad",
    EventKind.REPORT_OPENED: "Återrapportering öppnad",
    EventKind.REPORT_REMINDED: "Påminnelse om återrapportering skickad",
    EventKind.REPORT_ECONOMY_ATTESTED: "Ekonomin intygad",
    EventKind.REPORT_ATTESTATION_ENDED: "Intygandet av ekonomin gäller inte längre",
    EventKind.REPORT_SUBMITTED: "Återrapportering inskickad",
    EventKind.REPORT_REVIEWED: "Förväntat resultat granskat",
    EventKind.REPORT_APPROVED: "Återrapportering godkänd",
}


_ABOUT_GIRO = {
    EventKind.GIRO_REGISTERED,
    EventKind.GIRO_VERIFIED,
    EventKind.GIRO_APPROVED,
    EventKind.GIRO_REFUSED,
    EventKind.GIRO_WITHDRAWN,
}


_ABOUT_PAYMENT = {
    EventKind.PAYMENT_BATCHED,
    EventKind.PAYMENT_DEVIATED,
    EventKind.PAYMENT_ATTESTATION_ENDED,
    EventKind.PAYMENT_UNREGISTERED,
}
"""Their reasons are for those who read payments."""


def told(kind: EventKind, data: Mapping[str, Any]) -> str:
    """The line of the history with what the event says more: which year, how much, until when, to whom."""
    text = kind.text
    if "person" in data:
        text += f": {data['person']}"
        text += f", {ROLE_TEXTS[Role(data['role'])]}" if "role" in data else ""
    if "number" in data and kind in _ABOUT_GIRO:
        text += f": {data['number']}"
    if "year" in data:
        text += f" för {data['year']}"
    if "amount" in data:
        text += f": {kr(data['amount'])}"
    if "paid_on" in data:
        text += f", betalad {day_text(date.fromisoformat(data['paid_on']))}"
    if data.get("late"):
        text += " efter sista dagen"
    if "last_day" in data:
        text += f", svar senast {day_text(date.fromisoformat(data['last_day']))}"
    if "receiver" in data:
        text += f" till {data['receiver']}"
    if "deviations" in data:
        text += f", {deviations_text([PaymentDeviation(each) for each in data['deviations']])}"
    if "confirmed" in data:
        text += f". Bekräftat: {data['confirmed']}"
    if kind in _ABOUT_PAYMENT and data.get("reason"):
        text += f". Skäl: {data['reason']}"
    if "withdrawn_reason" in data:
        text += f". Ansökan var återkallad innan beslutet skickades. Skäl: {data['withdrawn_reason']}"
    if "kept_because" in data:
        text += f", «{data['question']}»" if "question" in data else f". {EventKind.PERSONAL_NUMBER_KEPT.text}"
        text += f": {data['kept_because']}"
    return text


# --- Who reads what of a case's history ------------------------------------------------------------------------------
# Every kind stands in one of these four lists; what stands in none is read by nobody.

FOR_BOTH = frozenset(
    {
        EventKind.APPLICATION_SUBMITTED,
        EventKind.APPLICATION_WITHDRAWN,
        EventKind.APPLICATION_CALL_WITHDRAWN,
        EventKind.CASE_REFERENCE_CHANGED,
        EventKind.SUPPLEMENT_REQUESTED,
        EventKind.SUPPLEMENT_ANSWERED,
        EventKind.SUPPLEMENT_CLOSED,
        EventKind.SUPPLEMENT_TIME_ASKED,
        EventKind.SUPPLEMENT_EXTENDED,
        EventKind.SUPPLEMENT_REMINDED,
        EventKind.MESSAGE_SENT,
        EventKind.COMMUNICATION_SENT,
        EventKind.COMMUNICATION_REPLIED,
        EventKind.DECISION_MADE,
        EventKind.DECISION_DISPATCHED,
        EventKind.PAYMENT_CONFIRMED,
        EventKind.REPORT_OPENED,
        EventKind.REPORT_REMINDED,
        EventKind.REPORT_SUBMITTED,
        EventKind.REPORT_APPROVED,
        EventKind.PERSONAL_NUMBER_KEPT,
        EventKind.FILE_BLOCKED,
    }
)
"""What both sides read. What follows from a decision is for its party when that has been sent: see WHEN_SENT."""

FOR_THE_AUTHORITY_ONLY = frozenset(
    {
        EventKind.DISSENT_NOTED,
        EventKind.CASE_ASSIGNED,
        EventKind.FILE_NOTE_WRITTEN,
        EventKind.COMMUNICATION_SKIPPED,
        EventKind.DECISION_PROPOSED,
        EventKind.DECISION_RETURNED,
        EventKind.APPLICATION_CONCLUDED,
        EventKind.PAYMENT_PLANNED,
        EventKind.PAYMENT_REGISTERED,
        EventKind.PAYMENT_ATTESTED,
        EventKind.PAYMENT_BATCHED,
        EventKind.PAYMENT_DEVIATED,
        EventKind.PAYMENT_ATTESTATION_ENDED,
        EventKind.PAYMENT_UNREGISTERED,
        EventKind.REPORT_PLANNED,
        EventKind.REPORT_REVIEWED,
    }
)
"""What the authority does within itself."""

FOR_THE_PARTY_ONLY = frozenset(
    {EventKind.APPLICATION_STARTED, EventKind.REPORT_ECONOMY_ATTESTED, EventKind.REPORT_ATTESTATION_ENDED}
)
"""What belongs to the organisation's own draft."""

OF_NO_APPLICATION = frozenset(
    {
        EventKind.USER_CREATED,
        EventKind.USER_RESET,
        EventKind.USER_PASSWORD_CHOSEN,
        EventKind.USER_PASSWORD_REHASHED,
        EventKind.USER_TOTP_ENABLED,
        EventKind.USER_TOTP_DISABLED,
        EventKind.USER_CLOSED,
        EventKind.MANDATE_GRANTED,
        EventKind.MANDATE_ENDED,
        EventKind.INVITATION_SENT,
        EventKind.INVITATION_DECLINED,
        EventKind.INVITATION_WITHDRAWN,
        EventKind.ORGANISATION_REGISTERED,
        EventKind.ORGANISATION_MAILBOX_CHANGED,
        EventKind.OMBUD_APPLICATION_RECEIVED,
        EventKind.OMBUD_APPLICATION_ASKED,
        EventKind.OMBUD_APPLICATION_SUPPLEMENTED,
        EventKind.OMBUD_APPLICATION_APPROVED,
        EventKind.OMBUD_APPLICATION_CLOSED,
        EventKind.GIRO_REGISTERED,
        EventKind.GIRO_VERIFIED,
        EventKind.GIRO_APPROVED,
        EventKind.GIRO_REFUSED,
        EventKind.GIRO_WITHDRAWN,
        EventKind.YOUTH_HOME_REGISTERED,
        EventKind.YOUTH_HOME_MOVED,
        EventKind.YOUTH_HOME_CLOSED,
        EventKind.YOUTH_HOME_REOPENED,
        EventKind.GRANT_SET_UP,
        EventKind.GRANT_CHANGED,
        EventKind.FRAME_ALLOTTED,
        EventKind.FORM_PUBLISHED,
        EventKind.CONDITIONS_PUBLISHED,
        EventKind.FRAMEWORK_PUBLISHED,
        EventKind.CALL_CREATED,
        EventKind.CALL_CHANGED,
        EventKind.CALL_PUBLISHED,
        EventKind.CALL_OPENED,
        EventKind.CALL_EXTENDED,
        EventKind.CALL_CORRECTED,
        EventKind.CALL_CLOSED_EARLY,
        EventKind.CALL_WITHDRAWN,
        EventKind.BATCH_CREATED,
        EventKind.RECORD_RENDERED,
        EventKind.ROWS_TAKEN_IN,
    }
)
"""What is not about an application's case: read on pages of its own, or only in the log."""

OF_SECURITY = frozenset(
    {
        EventKind.USER_CREATED,
        EventKind.USER_RESET,
        EventKind.USER_PASSWORD_CHOSEN,
        EventKind.USER_TOTP_ENABLED,
        EventKind.USER_TOTP_DISABLED,
        EventKind.USER_CLOSED,
        EventKind.MANDATE_GRANTED,
        EventKind.MANDATE_ENDED,
        EventKind.OMBUD_APPLICATION_APPROVED,
    }
)
"""What the security log tells of too, as soon as it is committed."""

TOLD_TO_THE_PARTY = FOR_BOTH | FOR_THE_PARTY_ONLY
TOLD_TO_THE_AUTHORITY = FOR_BOTH | FOR_THE_AUTHORITY_ONLY

WHEN_SENT = frozenset({EventKind.DECISION_MADE, EventKind.PAYMENT_CONFIRMED})
"""What its party is told when the decision that it is about or follows from has been sent."""

NO_NEWS = frozenset(
    {
        # What somebody does to the case's own row, and what follows by itself from an act that is told of.
        EventKind.CASE_REFERENCE_CHANGED,
        EventKind.APPLICATION_CONCLUDED,
        EventKind.PAYMENT_PLANNED,
        EventKind.PAYMENT_BATCHED,
        EventKind.REPORT_PLANNED,
        EventKind.SUPPLEMENT_REMINDED,
        EventKind.REPORT_OPENED,
        EventKind.REPORT_REMINDED,
        EventKind.PERSONAL_NUMBER_KEPT,
    }
)
"""What is told and makes a case new to nobody. That somebody was appointed is new to that person only."""

# That a decision is made is new to its party when it is sent, which is an event of its own.
NEWS_FOR_THE_PARTY = TOLD_TO_THE_PARTY - NO_NEWS - {EventKind.DECISION_MADE}
NEWS_FOR_THE_AUTHORITY = TOLD_TO_THE_AUTHORITY - NO_NEWS
