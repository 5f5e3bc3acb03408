"""Handlingar and their numbers: every act that leaves a document in a case does it here."""

from collections.abc import Iterable

from grantportal.domain import clock
from grantportal.domain.attachments import Attached
from grantportal.domain.cases import RECORD_TEXTS, Direction, RecordKind
from grantportal.domain.personal_numbers import masked
from grantportal.models.cases import Case, FrozenVersion, RegistrationSeries
from grantportal.models.records import Record
from grantportal.queries import cases
from grantportal.queries.files import stored
from grantportal.transaction import Act

RENDER = "render"
"""Outbox kind: render the record's document from its frozen version and store it."""


def register_case(act: Act, case: Case) -> str:
    """Give the case its diarienummer at hand-in, of the installation's series of the year."""
    if case.registration_number is None:
        case.registration_number = next_in_series(act, cases.registration_prefix())
        act.session.flush()
    return case.registration_number


def next_in_series(act: Act, prefix: str) -> str:
    """«DEMO 2020-0001»: the next number of the prefix's series of the year, under the series' lock."""
    year = clock.stockholm(clock.received()).year
    series = cases.series(prefix, year)
    if series is None:
        # Two first numbers of a year: the loser meets the UNIQUE and is tried once more.
        series = RegistrationSeries(prefix=prefix, year=year, last=0)
        act.session.add(series)
        act.session.flush()
    series.last += 1
    act.session.flush()
    return f"{prefix} {year}-{series.last:04d}".strip()


def add_record(
    act: Act,
    case: Case,
    kind: RecordKind,
    direction: Direction,
    *,
    title: str = "",
    counterpart: str = "",
    frozen: FrozenVersion | None = None,
    text: str = "",
    rendered: bool = False,
    file_id: int | None = None,
    report_id: int | None = None,
) -> Record:
    """Add a handling to the case, which the caller has locked.

    With `rendered` the worker makes its document from `frozen` after commit; otherwise `text` is the handling. `report_id`
    is the återrapportering that it belongs to.
    """
    record = Record(
        case_id=case.id,
        organisation_id=case.organisation_id,
        number=cases.last_record_number(case.id) + 1,
        kind=kind,
        # Lists, headings and file names show it: whoever a number belongs to is found in the handling itself.
        title=masked(title) or RECORD_TEXTS[kind],
        direction=direction,
        counterpart=counterpart,
        dated_at=clock.received(),
        frozen_version_id=frozen.id if frozen else None,
        text=text,
        file_id=file_id,
        made_by_id=act.actor.user_id,
        report_id=report_id,
    )
    act.session.add(record)
    act.session.flush()
    if file_id is not None:
        # It was stored with the draft, which leaves no history.
        act.tells(stored(file_id))
    if rendered:
        act.outbox(RENDER, record_id=record.id)
    return record


def add_attachments(act: Act, case: Case, files: Iterable[Attached], *, counterpart: str) -> None:
    """Each file that is handed in becomes a handling of the case, once however many versions it is in."""
    known = cases.files_in_records(case.id)
    for file in files:
        if file.id not in known:
            add_record(
                act,
                case,
                RecordKind.ATTACHMENT,
                Direction.IN,
                title=file.name,
                counterpart=counterpart,
                file_id=file.id,
            )
