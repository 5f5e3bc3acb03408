"""What the list of ärenden is narrowed by, its order and its page: how an address says it, and how it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from grantportal.domain.cases import CaseStage
from grantportal.domain.clock import parse_day
from grantportal.domain.errors import RuleViolation
from grantportal.domain.texts import one_line

MINE, NOBODYS = "mina", "ingens"
"""Whose cases: one's own, and those that nobody handles who can. Else a person's number."""
NEWS_FIRST = "nytt"
ORDERS = {
    NEWS_FIRST: "Nytt först",
    "arende": "Ärende, A till Ö",
    "-arende": "Ärende, Ö till A",
    "dnr": "Diarienummer, lägst först",
    "-dnr": "Diarienummer, högst först",
    "-inkom": "Inkom, senast först",
    "inkom": "Inkom, tidigast först",
    "lage": "Läge, det som brådskar först",
    "-lage": "Läge, det som är klart först",
    "handlaggare": "Handläggare, A till Ö",
    "-handlaggare": "Handläggare, Ö till A",
    "-beviljat": "Beviljat, mest först",
    "beviljat": "Beviljat, minst först",
}
"""A column of the list, a hyphen before it for the other way round."""
COLUMNS = ("arende", "dnr", "inkom", "lage", "handlaggare", "beviljat")
LONGEST = 200


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed by, its order and its page."""

    text: str = ""
    grant_id: int | None = None
    call_id: int | None = None
    stage: CaseStage | None = None
    handler: str = ""
    """MINE, NOBODYS or a person's number."""
    organisation_id: int | None = None
    received_from: date | None = None
    received_to: date | None = None
    late: bool = False
    """Only what came in after the utlysning's last day."""
    order: str = NEWS_FIRST
    page: int = 1
    problems: Mapping[str, str] = field(default_factory=dict)
    """What could not be read, by the address' name of it: a sentence that says what to write."""

    def address(self) -> dict[str, str]:
        """The address' query that asks for the same, but for its page: what is shared, turned pages in, and saved as a view."""
        found = {
            "sok": self.text,
            "bidrag": self.grant_id,
            "utlysning": self.call_id,
            "lage": self.stage.value if self.stage else "",
            "handlaggare": self.handler,
            "organisation": self.organisation_id,
            "fran": self.received_from.isoformat() if self.received_from else "",
            "till": self.received_to.isoformat() if self.received_to else "",
            "sen": "ja" if self.late else "",
            "ordning": self.order if self.order != NEWS_FIRST else "",
        }
        return {name: str(value) for name, value in found.items() if value}

    @property
    def is_narrowed(self) -> bool:
        """Whether some cases may have been left out."""
        return bool(self.address().keys() - {"ordning"})


def read(args: Mapping[str, str]) -> Asked:
    """What an address asks for. Anything odd is as if it was not chosen; a day that is none says so."""
    problems: dict[str, str] = {}
    first, last = (_day(args, name, problems) for name in ("fran", "till"))
    if first is not None and last is not None and first > last:
        problems["till"] = "Skriv en dag som inte är före den första."
        last = None
    handler, order, stage = args.get("handlaggare", ""), args.get("ordning", ""), args.get("lage", "")
    return Asked(
        text=one_line(args.get("sok", ""))[:LONGEST],
        grant_id=_number(args, "bidrag"),
        call_id=_number(args, "utlysning"),
        stage=CaseStage(stage) if stage in {each.value for each in CaseStage} else None,
        handler=handler if handler in {MINE, NOBODYS} else str(_number(args, "handlaggare") or ""),
        organisation_id=_number(args, "organisation"),
        received_from=first,
        received_to=last,
        late=args.get("sen", "") == "ja",
        order=order if order in ORDERS else NEWS_FIRST,
        page=max(1, _number(args, "sida") or 1),
        problems=problems,
    )


def _number(args: Mapping[str, str], name: str) -> int | None:
    text = args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _day(args: Mapping[str, str], name: str, problems: dict[str, str]) -> date | None:
    text = one_line(args.get(name, ""))[:LONGEST]
    if not text:
        return None
    try:
        return parse_day(text)
    except RuleViolation as refusal:
        problems[name] = refusal.message
        return None
