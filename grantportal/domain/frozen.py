"""What is frozen is a document's own facts as canonical JSON; here they become a document again, however long after."""

import types
import typing
from collections.abc import Collection, Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar

from grantportal.domain import hand_ins
from grantportal.domain.documents import DecisionDocument, Document, Party, Person, ReceiptDocument, ReportDocument
from grantportal.domain.forms import canonical, fingerprint
from grantportal.domain.letters import decision as letters
from grantportal.domain.letters import decision_before
from grantportal.domain.reports import ECONOMY

D = TypeVar("D", bound=Document)


def content_of(document: Document, **basis: Any) -> dict[str, Any]:
    """The facts to freeze: all that the document says but its own fingerprint, and under `basis` what it rests on."""
    content = {name: value for name, value in asdict(document).items() if name != "sha256"}
    return {**content, "basis": basis} if basis else content


def restored(kind: type[D], content: Mapping[str, Any], sha256: str) -> D:
    """The document that a frozen version's content says, with the version's fingerprint.

    What was frozen before its words were frozen with it gets the words that were printed then.
    """
    document = typing.cast(D, _value(kind, {**content, "sha256": sha256}))
    if isinstance(document, DecisionDocument) and "parts" not in content:
        return typing.cast(D, decision_before.with_its_words(document))
    return document


def decision_document(content: Mapping[str, Any], sha256: str) -> DecisionDocument:
    """Beslut, as it was made."""
    return restored(DecisionDocument, content, sha256)


def receipt_document(content: dict[str, Any], *, authority: str, sha256: str, example: bool) -> ReceiptDocument:
    """Ansökan or its komplettering, as it was handed in."""
    homes = content["youth_homes"]
    return ReceiptDocument(
        authority=authority,
        title=f"{content['what']}: {content['call']}",
        grant=content["grant"],
        registration_number=content["registration_number"],
        party=Party(content["organisation"]["name"], content["organisation"]["number"], content["applicant_unit"]),
        at=datetime.fromisoformat(content["received_at"]),
        sha256=sha256,
        example=example,
        what=content["what"],
        handed_in_by=Person(content["handed_in_by"]["name"], content["handed_in_by"]["title"]),
        last_day=date.fromisoformat(content["last_day"]),
        late=content["late"],
        sections=hand_ins.printed_sections(content),
        youth_homes=None if homes is None else tuple(home["name"] for home in homes),
        budget=hand_ins.budget_table(content),
        staff=hand_ins.staff_rows(content),
        attachments=hand_ins.attached_files(content),
    )


def proposal_fingerprint(document: DecisionDocument) -> str:
    """SHA-256 of what the officer proposes: all that the decision will say, save who decides it, when, who dissents and how the party was heard.

    An answer that comes while the proposal waits is for the decider to read; it makes no other proposal of it.
    """
    content = content_of(document)
    for name in ("decided_by", "at", "dissent"):
        del content[name]
    content["parts"] = [each for each in content["parts"] if each["key"] not in {letters.HEARD, letters.DECIDED}]
    return fingerprint(canonical(content))


def read_fingerprint(document: DecisionDocument) -> str:
    """SHA-256 of every word that the decider reads before deciding: what is then stored, with the decider's name and the time."""
    return fingerprint(canonical(content_of(document)))


def persons_of(lines: str) -> tuple[Person, ...]:
    """Those who took part, from one line each: «Lo Exempel, jurist»."""
    found = []
    for line in lines.splitlines():
        name, _, title = line.partition(",")
        if name.strip():
            found.append(Person(name.strip(), title.strip()))
    return tuple(found)


def report_document(content: Mapping[str, Any], sha256: str) -> ReportDocument:
    """Återrapportering, as it was handed in."""
    return restored(ReportDocument, content, sha256)


def with_locked_report_parts(
    content: Mapping[str, Any], before: Mapping[str, Any], opened: Collection[str]
) -> dict[str, Any]:
    """The report where only the opened parts are new: what a komplettering has not opened stays as it was handed in."""
    kept = {result["code"]: result for result in before["results"] if result["code"] not in opened}
    merged = {**content, "results": [kept.get(result["code"], result) for result in content["results"]]}
    ratings = {**content["basis"]["ratings"], **{code: before["basis"]["ratings"][code] for code in kept}}
    merged["basis"] = {**content["basis"], "ratings": ratings}
    if ECONOMY not in opened:
        for name in ("economy", "economy_attested_by", "economy_attested_at"):
            merged[name] = before[name]
        # Of a version from before they were frozen, nothing is known of the words.
        merged["economy_certified"] = before.get("economy_certified", [])
        merged["economy_checksum"] = before.get("economy_checksum", "")
        for name in ("categories", "economy_sha256"):
            merged["basis"][name] = before["basis"][name]
    return merged


def _value(hint: Any, stored: Any) -> Any:
    """A stored value as the type that a field is declared with."""
    if typing.get_origin(hint) is typing.Annotated:
        hint = typing.get_args(hint)[0]
    if isinstance(hint, types.UnionType):
        if stored is None:
            return None
        hint = next(option for option in typing.get_args(hint) if option is not types.NoneType)
    if typing.get_origin(hint) is tuple:
        part = typing.get_args(hint)[0]
        return tuple(_value(part, each) for each in stored)
    if hint in (date, datetime):
        return hint.fromisoformat(stored)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(stored)
    if isinstance(hint, type) and is_dataclass(hint):
        members = typing.get_type_hints(hint, include_extras=True)
        # A member that an older version did not have keeps its default; what is no member (the basis) stays frozen.
        return hint(**{name: _value(member, stored[name]) for name, member in members.items() if name in stored})
    return stored
