"""Control of everything that must not have changed: chains, frozen versions, files, counters and the money."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Any

from grantportal.domain import clock, money_control
from grantportal.domain.cases import FrozenKind
from grantportal.domain.forms import canonical, fingerprint
from grantportal.domain.grants import FRAME_TEXTS
from grantportal.domain.money import kr
from grantportal.domain.search import looked_up_of
from grantportal.models.cases import FrozenVersion
from grantportal.models.grants import YearFrame
from grantportal.models.search import SearchEntry
from grantportal.queries import anchors, search
from grantportal.queries import verification as stored
from grantportal.transaction import recomputed


@dataclass
class Findings:
    """What was checked, how many of each, and every difference that was found."""

    checked: dict[str, int] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    def check(self, what: str, found: Iterator[str | None]) -> None:
        """Go through one kind of thing: each step gives a difference, or None when the thing is as it should be."""
        count = 0
        for difference in found:
            if difference is None:
                count += 1
            else:
                self.differences.append(difference)
        self.checked[what] = count


def verify(files: Path) -> Findings:
    """Compute everything anew and compare. Reads only; `files` is the folder of stored files."""
    findings = Findings()
    findings.check("händelser", _events())
    findings.check("dygnsankare", _anchors())
    findings.check("frysta versioner", _frozen())
    findings.check("sökposter", _search())
    findings.check("publicerade formulär", _forms())
    findings.check("filer", _files(files))
    findings.check("årsramar", _frames())
    money = stored.money()
    findings.check("rader i reskontran", money_control.ledger(money))
    findings.check("beslutade belopp", money_control.decisions(money))
    findings.check("fattade beslut", money_control.documents(money))
    findings.check("skickade beslut", money_control.dispatches(money))
    findings.check("bankgiron", money_control.giros(money))
    findings.check("utbetalningar", money_control.payments(money))
    findings.check("utbetalningsunderlag", money_control.batches(money))
    findings.check("inskickade återrapporteringar", money_control.reports(money))
    return findings


def _events() -> Iterator[str | None]:
    """Each chain is unbroken from its first event to the head that its row carries."""
    heads = stored.heads()
    ends: dict[str, tuple[int, str]] = {}
    for event in stored.events():
        seq, head = ends.get(event.chain, (0, ""))
        where = f"Händelse {event.seq} i kedjan {event.chain}"
        if event.seq != seq + 1:
            yield f"{where}: händelse {seq + 1} saknas."
        elif event.previous_sha256 != head:
            yield f"{where} hänger inte ihop med den före."
        if _unreadable(event) or recomputed(event) != event.sha256:
            yield f"{where} har ändrats."
        ends[event.chain] = (event.seq, event.sha256)
        yield None
    for chain in sorted(ends.keys() - heads.keys()):
        yield f"Kedjan {chain}: det som den hör till finns inte."
    for chain, end in sorted(heads.items()):
        if ends.get(chain, (0, "")) != end:
            yield f"Kedjan {chain}: sista händelsen är inte den som raden säger."


def _unreadable(event: Any) -> bool:
    try:
        recomputed(event)
    except ValueError:
        return True
    return False


def _anchors() -> Iterator[str | None]:
    """The heads of every anchored day are still the ones that were anchored."""
    for anchor in anchors.all_anchors():
        heads = sorted(anchors.heads_before(clock.end_of(anchor.day)))
        if (len(heads), fingerprint(canonical(heads))) != (anchor.heads, anchor.sha256):
            yield f"Dygnsankaret för {anchor.day}: händelser till och med den dagen har ändrats eller saknas."
        yield None


def _frozen() -> Iterator[str | None]:
    before: tuple[object, int] = (None, 0)
    acts = stored.frozen_by_an_act()
    for version in stored.frozen_versions():
        where = f"Fryst version {version.number} av {version.kind.value} {version.subject_id}"
        subject = (version.kind, version.subject_id)
        if version.number != (before[1] if before[0] == subject else 0) + 1:
            yield f"{where}: en tidigare version saknas."
        if fingerprint(version.content) != version.sha256:
            yield f"{where} har ändrats."
        if version.kind is FrozenKind.DECISION and version.sha256 not in acts.get(version.subject_id, ()):
            yield f"{where}: ingen händelse säger att den har frysts."
        before = (subject, version.number)
        yield None


def _search() -> Iterator[str | None]:
    """What has been handed in is found by its newest words, and nothing else is."""
    for version, entry in search.newest_versions():
        where = f"Sökposten för {version.kind.value} {version.subject_id}"
        if entry is None:
            yield f"{where} saknas."
        elif (entry.frozen_version_id, entry.case_id) != (version.id, version.case_id) or _has_other_words(
            version, entry
        ):
            yield f"{where} säger något annat än det som har skickats in."
        elif not search.is_found(entry):
            yield f"{where} hittas inte av sökningen."
        yield None
    extra = search.entries_without_version()
    if extra:
        yield f"{extra} sökposter hör inte till något som har skickats in."


def _has_other_words(version: FrozenVersion, entry: SearchEntry) -> bool:
    try:
        return looked_up_of(json.loads(version.content)) != entry.words
    except ValueError:
        # The control of frozen versions tells of it.
        return False


def _forms() -> Iterator[str | None]:
    for form in stored.forms():
        if fingerprint(form.definition) != form.sha256:
            yield f"Formuläret «{form.title}», version {form.number}, har ändrats."
        yield None


def _files(folder: Path) -> Iterator[str | None]:
    for file in stored.files():
        path = folder / file.stored_name
        if not path.is_file():
            yield f"Filen {file.shown_name} ({file.stored_name}) saknas."
        else:
            with path.open("rb") as content:
                same = path.stat().st_size == file.size and file_digest(content, "sha256").hexdigest() == file.sha256
            if not same:
                yield f"Filen {file.shown_name} ({file.stored_name}) har ändrats."
        yield None


def _frame_by_history(frame: YearFrame, told: stored.FrameTold) -> Iterator[str]:
    if (told.frame, told.status) != (frame.frame, frame.status):
        yield (
            f"ramen är {kr(frame.frame)} ({FRAME_TEXTS[frame.status].lower()}), händelserna säger "
            f"{kr(told.frame)} ({FRAME_TEXTS[told.status].lower()})"
        )
    if frame.max_grantees != told.most:
        yield f"högst {frame.max_grantees or 'hur många som helst'} kan få bidrag, händelserna säger {told.most or 'hur många som helst'}"
    same = frame.allotted_at == told.allotted_at or (
        frame.allotted_at is not None
        and told.allotted_at is not None
        and money_control.in_one_act(frame.allotted_at, told.allotted_at)
    )
    if not same:
        yield f"den tilldelades {money_control.moment(frame.allotted_at)}, händelserna säger {money_control.moment(told.allotted_at)}"


def _frames() -> Iterator[str | None]:
    """The counters that guard say the same as the decisions, the ledger and the list of grantees."""
    lines, ledger = stored.decided_by_lines(), stored.decided_by_ledger()
    listed, granted = stored.grantees(), stored.granted_in_ledger()
    known = set()
    histories, frames = stored.frame_histories(), stored.frames()
    for frame in frames:
        year = (frame.grant_id, frame.grant_year)
        known.add(year)
        where = f"Årsramen {frame.grant_year} för statsbidrag {frame.grant_id}"
        told = histories.get(frame.id)
        if told is not None:
            yield from (f"{where}: {said}." for said in _frame_by_history(frame, told))
        if frame.decided != lines.get(year, 0):
            yield f"{where}: {kr(frame.decided)} är räknat som beslutat, besluten säger {kr(lines.get(year, 0))}."
        if frame.decided != ledger.get(year, 0):
            yield f"{where}: {kr(frame.decided)} är räknat som beslutat, reskontran säger {kr(ledger.get(year, 0))}."
        if frame.grantees != len(listed.get(year, ())):
            yield f"{where}: {frame.grantees} mottagare är räknade, {len(listed.get(year, ()))} finns i förteckningen."
        if listed.get(year, set()) != granted.get(year, set()):
            yield f"{where}: förteckningen över mottagare och reskontran säger olika."
        yield None
    for grant_id, grant_year in sorted((lines.keys() | ledger.keys() | listed.keys()) - known):
        yield f"Statsbidrag {grant_id} har beslut för {grant_year} men ingen årsram."
    for frame_id in sorted(stored.frames_told_of() - {frame.id for frame in frames}):
        yield f"Händelser gäller årsram med id {frame_id}, som inte finns."
