"""Control of everything that must not have changed: chains, frozen versions, files, counters and the money."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Any

from grantportal.domain import clock, money_control
from grantportal.domain.anchors import signed
from grantportal.domain.cases import FrozenKind
from grantportal.domain.events import EventKind
from grantportal.domain.forms import canonical, fingerprint
from grantportal.domain.grants import FRAME_TEXTS
from grantportal.domain.money import kr
from grantportal.domain.search import looked_up_of
from grantportal.keyring import HISTORY, KeyMissing, Keyring
from grantportal.models import told
from grantportal.models.cases import FrozenVersion
from grantportal.models.grants import YearFrame
from grantportal.models.search import SearchEntry
from grantportal.models.told import History
from grantportal.queries import anchors, portal, search, told_rows
from grantportal.queries import verification as stored
from grantportal.transaction import ROWS, recomputed


@dataclass
class Findings:
    """What was checked, how many of each, and every difference that was found."""

    checked: dict[str, int] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What is no fault, and somebody should know."""

    def check(self, what: str, found: Iterator[str | None]) -> None:
        """Go through one kind of thing: each step gives a difference, or None when the thing is as it should be."""
        count = 0
        for difference in found:
            if difference is None:
                count += 1
            else:
                self.differences.append(difference)
        self.checked[what] = count


UNANCHORED = timedelta(days=2)
"""How old an event is by when the worker has anchored it many times over."""

Progress = Callable[[int, int], None]
"""Told how many of how many events have been read."""


def verify(
    files: Path,
    *,
    keyring: Keyring,
    against: Sequence[Mapping[str, Any]] = (),
    progress: Progress = lambda done, of: None,
) -> Findings:
    """Compute everything anew and compare. Reads only.

    `files` is the folder of stored files; `keyring` has the keys that anchors are signed with; `against` are anchors that
    have been exported, which must be there.
    """
    findings = Findings()
    history = _Read()
    findings.check("händelser", _events(history, progress))
    findings.notes += [
        f"{count} rader togs in i historiken {clock.day_time_text(at)}, som de var då."
        for at, count in sorted(history.taken_in.items())
    ]
    findings.check("rader som händelserna berättar om", _rows(history))
    findings.check("ankare", _anchors(history, keyring, against))
    findings.check("dygnsankare", _day_anchors())
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


@dataclass
class _Read:
    """What going once through the events has found for the other controls."""

    rows: History = field(default_factory=History)
    anchored: dict[str, dict[int, str]] = field(default_factory=dict)
    """The fingerprint of each event that an anchor names, by chain and number, as the events have it now."""
    oldest_loose: datetime | None = None
    """When the oldest event was recorded that is in no anchor."""
    loose: int = 0
    taken_in: dict[datetime, int] = field(default_factory=dict)
    """How many rows were taken into the history as they were, and when."""


def _events(read: _Read, progress: Progress) -> Iterator[str | None]:
    """Each chain is unbroken from its first event to the head that its row carries."""
    heads, anchored = stored.heads(), anchors.anchored()
    covered = {chain: max(numbers) for chain, numbers in anchored.items()}
    ends: dict[str, tuple[int, str]] = {}
    total = told_rows.event_count()
    for count, event in enumerate(stored.events(), 1):
        if count % 10_000 == 0:
            progress(count, total)
        seq, head = ends.get(event.chain, (0, ""))
        where = f"Händelse {event.seq} i kedjan {event.chain}"
        if event.seq != seq + 1:
            yield f"{where}: händelse {seq + 1} saknas."
        elif event.previous_sha256 != head:
            yield f"{where} hänger inte ihop med den före."
        data = _data(event)
        if data is None or recomputed(event, data) != event.sha256:
            yield f"{where} har ändrats."
        if data is not None:
            rows = data.get(ROWS, {})
            read.rows.hear(rows)
            if event.kind is EventKind.ROWS_TAKEN_IN:
                read.taken_in[event.recorded_at] = read.taken_in.get(event.recorded_at, 0) + len(rows)
        if event.seq in anchored.get(event.chain, ()):
            read.anchored.setdefault(event.chain, {})[event.seq] = event.sha256
        if event.seq > covered.get(event.chain, 0):
            read.loose += 1
            read.oldest_loose = min(read.oldest_loose or event.recorded_at, event.recorded_at)
        ends[event.chain] = (event.seq, event.sha256)
        yield None
    for chain in sorted(ends.keys() - heads.keys()):
        yield f"Kedjan {chain}: det som den hör till finns inte."
    for chain, end in sorted(heads.items()):
        if ends.get(chain, (0, "")) != end:
            yield f"Kedjan {chain}: sista händelsen är inte den som raden säger."


def _data(event: Any) -> dict[str, Any] | None:
    try:
        data = json.loads(event.data)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def _rows(read: _Read) -> Iterator[str | None]:
    """Every row that the history tells of is as the last event that told of it says, and there is no other."""
    if not portal.are_rows_told():
        yield "Historiken säger inte hur raderna var när den började berätta om dem. Kör: grantportal db upgrade"
        return
    for table in told.tables():
        yield from told_rows.compare(table, read.rows)
    for key in read.rows.rows:
        yield f"{key.replace(':', ' ')}: raden saknas, och ingen händelse säger att den har tagits bort."


def _anchors(read: _Read, keyring: Keyring, against: Sequence[Mapping[str, Any]]) -> Iterator[str | None]:
    """Every anchor is signed with a key that is not in the database, none is missing, and what they name stands."""
    try:
        keys = {key.id: key.content for key in keyring.all(HISTORY)}
    except KeyMissing as missing:
        yield str(missing)
        return
    before, number = "", 0
    signatures: dict[int, str] = {}
    for anchor, heads in anchors.all_anchors():
        where = f"Ankare {anchor.number}"
        if anchor.number != number + 1:
            yield f"{where}: ankare {number + 1} saknas."
        elif anchor.previous != before:
            yield f"{where} hänger inte ihop med det före."
        if anchor.key_id not in keys:
            yield f"{where}: nyckeln {anchor.key_id} saknas i {keyring.folder}. Lägg tillbaka den ur säkerhetskopian."
        elif signed(keys[anchor.key_id], anchor.number, anchor.made_at, anchor.previous, heads) != anchor.signature:
            yield f"{where} har ändrats."
        for chain, seq, sha256 in heads:
            if read.anchored.get(chain, {}).get(seq) != sha256:
                yield f"{where}: händelse {seq} i kedjan {chain} har ändrats eller saknas."
        before, number = anchor.signature, anchor.number
        signatures[anchor.number] = anchor.signature
        yield None
    if read.oldest_loose is not None and read.oldest_loose < clock.real_now() - UNANCHORED:
        yield f"{read.loose} händelser finns i inget ankare, den äldsta från {clock.day_time_text(read.oldest_loose)}."
    for line in against:
        if signatures.get(line["number"]) != line["signature"]:
            yield f"Ankare {line['number']} är ett annat än det som har förts ut, eller saknas: historiken har skrivits om."


def _day_anchors() -> Iterator[str | None]:
    """The heads of every day that was anchored before there were others are still the ones that were anchored."""
    days = anchors.day_anchors()
    recorded = iter(anchors.recorded() if days else ())
    heads: dict[str, tuple[int, str]] = {}
    waiting = next(recorded, None)
    for anchor in days:
        while waiting is not None and waiting[0] < clock.end_of(anchor.day):
            _, chain, seq, sha256 = waiting
            heads[chain] = max(heads.get(chain, (0, "")), (seq, sha256))
            waiting = next(recorded, None)
        now = sorted((chain, seq, sha256) for chain, (seq, sha256) in heads.items())
        if (len(now), fingerprint(canonical(now))) != (anchor.heads, anchor.sha256):
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
