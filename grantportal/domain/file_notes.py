"""Tjänsteanteckningar: what is said outside writing and matters for a case (27 § förvaltningslagen)."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from grantportal.domain import clock
from grantportal.domain.errors import RuleViolation

MOST_PARTICIPANTS = 50
LONGEST_PARTICIPANT = 200
LONGEST_TEXT = 8_000


class ContactKind(StrEnum):
    """How it was said."""

    MEETING = "meeting"
    PHONE = "phone"
    MAIL = "mail"
    OTHER = "other"


CONTACT_TEXTS = {
    ContactKind.MEETING: "Möte",
    ContactKind.PHONE: "Telefonsamtal",
    ContactKind.MAIL: "E-post",
    ContactKind.OTHER: "Annat",
}


@dataclass(frozen=True)
class WriteFileNote:
    """What has been said or has happened: how, when, with whom. `corrects` is the handling that this note puts right."""

    occurred_on: date
    participants: tuple[str, ...]
    text: str
    contact: ContactKind = ContactKind.OTHER
    starts_at: time | None = None
    ends_at: time | None = None
    corrects: int | None = None
    number_reason: str = ""


def parse_time(typed: str) -> time:
    """A time of day as people type it: 9, 9.30, 09:30, kl. 9. Raises RuleViolation with a sentence that says what to write."""
    text = re.sub(r"^kl\.?", "", "".join(typed.lower().split()))
    parts = re.fullmatch(r"([0-9]{1,2})(?:[.:]?([0-9]{2}))?", text)
    if parts is None or int(parts[1]) > 23 or int(parts[2] or 0) > 59:
        raise RuleViolation("Skriv klockslaget så här: 09:30.")
    return time(int(parts[1]), int(parts[2] or 0))


def ensure_holds(command: WriteFileNote, now: datetime) -> None:
    """A note is about what has happened, says with whom, and ends after it began. Raises RuleViolation beside the field."""
    here = clock.stockholm(now)
    if command.occurred_on > here.date():
        raise RuleViolation("Skriv dagen då det hände. Den kan inte ligga framåt i tiden.", field="occurred_on")
    if command.ends_at is not None and command.starts_at is None:
        raise RuleViolation("Skriv också när det började.", field="starts_at")
    if command.starts_at is not None and command.ends_at is not None and command.ends_at <= command.starts_at:
        raise RuleViolation("Sluttiden kommer efter starttiden.", field="ends_at")
    if command.occurred_on == here.date():
        for name, at in (("starts_at", command.starts_at), ("ends_at", command.ends_at)):
            if at is not None and clock.local(here.date(), at.hour, at.minute) > now:
                raise RuleViolation("Klockslaget kan inte ligga framåt i tiden.", field=name)
    ensure_participants(command.participants)


def ensure_participants(names: tuple[str, ...]) -> None:
    """Somebody took part, and each has a line. Raises RuleViolation on `participants`."""
    if not names:
        raise RuleViolation("Välj eller skriv vilka som deltog, eller att du var ensam.", field="participants")
    if len(names) > MOST_PARTICIPANTS:
        raise RuleViolation(f"Skriv högst {MOST_PARTICIPANTS} deltagare.", field="participants")
    if any(len(name) > LONGEST_PARTICIPANT for name in names):
        raise RuleViolation(f"Skriv en deltagare per rad, högst {LONGEST_PARTICIPANT} tecken.", field="participants")


def when_text(occurred_on: date, starts_at: time | None, ends_at: time | None) -> str:
    """«25 maj 2020 kl. 10:00–11:30»."""
    text = clock.day_text(occurred_on)
    if starts_at is not None:
        text += f" kl.{clock.NBSP}{starts_at:%H:%M}"
        text += f"–{ends_at:%H:%M}" if ends_at is not None else ""
    return text


def title(command: WriteFileNote, corrects_number: int | None = None) -> str:
    """What the list of handlingar calls it: it stands where it was written, and says which day it is about."""
    kind = "" if command.contact is ContactKind.OTHER else f" om {CONTACT_TEXTS[command.contact].lower()}"
    day = clock.day_text(command.occurred_on)
    said = f"Tjänsteanteckning{kind} den {day}"
    return said if corrects_number is None else f"{said}, rättar handling {corrects_number}"


def handling(command: WriteFileNote, *, by: str, corrects_number: int | None = None) -> str:
    """The note as a handling."""
    lines = [
        f"Slag: {CONTACT_TEXTS[command.contact]}",
        f"Det hände: {when_text(command.occurred_on, command.starts_at, command.ends_at)}",
        "Deltog:",
        *(f"– {name}" for name in command.participants),
        f"Skrivet av: {by}",
    ]
    if corrects_number is not None:
        lines.append(f"Rättar: handling {corrects_number}")
    return "\n".join(lines) + f"\n\n{command.text}"
