"""Avvikande mening: whoever takes part in the final handling without deciding can have it noted (30 § förvaltningslagen)."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from grantportal.domain.decisions import DecisionStatus
from grantportal.domain.errors import RuleViolation
from grantportal.domain.texts import one_line


@dataclass(frozen=True)
class NoteDissent:
    """What somebody holds against the decision, in the own words."""

    text: str
    number_reason: str = ""
    whose: str = ""
    """The name of a person without an account, for whom it is written in; empty when it is the writer's own."""


_OPEN = frozenset({DecisionStatus.PROPOSED, DecisionStatus.MADE})


def is_open(status: DecisionStatus, *, is_sent: bool) -> bool:
    """Whether a dissent can be noted: from when the proposal is handed over until the decision is sent."""
    return status in _OPEN and not is_sent


def ensure_may_dissent(status: DecisionStatus, *, is_sent: bool, took_part: bool) -> None:
    """A dissent is noted from when the proposal is handed over until the decision is sent, by somebody who took part.

    Raises RuleViolation on `text`.
    """
    if is_sent:
        raise RuleViolation("Beslutet är skickat. Avvikande mening kan inte längre antecknas.", field="text")
    if not is_open(status, is_sent=is_sent):
        raise RuleViolation("Förslaget är inte lämnat till beslut. Vänta tills det är det.", field="text")
    if not took_part:
        raise RuleViolation(
            "Bara den som är föredragande eller är vald under Deltog utan att besluta kan anteckna en avvikande mening. "
            "Be föredraganden att välja dig där innan beslutet fattas.",
            field="text",
        )


def ensure_writes_for_another(*, is_rapporteur: bool) -> None:
    """Only the föredragande writes in a dissent for somebody without an account. Raises RuleViolation on `whose`."""
    if not is_rapporteur:
        raise RuleViolation("Bara föredraganden antecknar åt den som inte har något konto.", field="whose")


def ensure_is_without_account(whose: str, named: Collection[str]) -> None:
    """A dissent is written in for somebody else only where the decision names that person, and the person has no account.

    Raises RuleViolation on `whose`.
    """
    if whose not in named:
        raise RuleViolation("Välj någon av dem som deltog.", field="whose")


def ensure_colleagues(chosen: Collection[int], colleagues: Mapping[int, object]) -> None:
    """Who is chosen as having taken part works at the authority today. Raises RuleViolation on `participants`."""
    if set(chosen) - set(colleagues):
        raise RuleViolation("Någon av dem har inte behörigheten längre. Välj igen.", field="participants")


def ensure_took_part(
    lines: Sequence[str],
    chosen: Collection[int],
    colleagues: Mapping[int, tuple[str, str]],
    *,
    rapporteur: int | None,
) -> None:
    """Who took part stands in the decision once, as who they are: who has an account is chosen, and the föredragande is no
    participant.

    `lines` are those written for persons without an account, however name and title stand in them; `colleagues` are name
    and title by id. Raises RuleViolation on `took_part` or `participants`.
    """
    if rapporteur in chosen:
        raise RuleViolation("Du är föredragande och står redan i beslutet. Välj bara andra.", field="participants")
    said = [_same(line) for line in lines if line.strip()]
    for user_id, (name, _) in colleagues.items():
        if not any(re.search(rf"(?<!\w){re.escape(_same(name))}(?!\w)", line) for line in said):
            continue
        if user_id == rapporteur:
            raise RuleViolation("Du är föredragande och står redan i beslutet. Ta bort ditt namn.", field="took_part")
        raise RuleViolation(
            f"{name} har ett konto. Välj {name} under Deltog utan att besluta, och ta bort namnet här.",
            field="took_part",
        )
    names = [line.partition(",")[0].strip() for line in said]
    if len(set(names)) < len(names):
        raise RuleViolation("Samma namn står två gånger. Ta bort det ena.", field="took_part")


def _same(text: str) -> str:
    return one_line(text).casefold()


def ensure_written(text: str) -> None:
    """Raises RuleViolation on `text` when nothing is written."""
    if not text.strip():
        raise RuleViolation("Skriv vad din avvikande mening är.", field="text")
