"""`make bench`: what the portal's pages and finance's Excel cost, as ratios within one run.

A page is compared with an empty page of the same application, opened by the same person: the two take turns, each pair
gives a ratio, and the table tells the median and the extremes. A machine that is slow or busy is so for both. What a file
or a large act costs is processor time: it is made by this process alone, and what else the machine did meanwhile is not
its own. What is not reached is said; the run itself ends well, for it is a measure and no test.
"""

import gc
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from io import BytesIO
from itertools import chain
from operator import attrgetter
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

import xlsxwriter
from flask import Flask

from grantportal import db
from grantportal.app import create_app
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.documents import PaymentRow
from grantportal.domain.payments import BatchPayments, ConfirmPaid
from grantportal.exports import xlsx
from grantportal.keyring import HISTORY, Keyring
from grantportal.queries import accounts, payments
from grantportal.services import payments as services
from grantportal.services import verification
from grantportal.settings import Settings
from tests.support import crowd, databases, measured, plenty, run
from tests.support.factories import person
from tests.support.measured import Page

FEW, MANY = 10, 10_000
EVENTS, ANCHORS = 100_000, 4 * 365 * 24
PAGE_TURNS, FILE_TURNS = 21, 9
LIST_QUERIES, FORM_QUERIES, MATRIX_QUERIES = 10, 8, 15
FILE_RATIO = 1.3
ACT_SECONDS = 10
PEOPLE, SAVE_EVERY, P95 = 300, 5, 250
WRITING_SECONDS, HAND_IN_SECONDS = 180, 60


@dataclass(frozen=True)
class Line:
    """A line of the table. `reached` is None where there is no aim."""

    where: str
    what: str
    aim: str
    queries: str
    ratio: str
    reached: bool | None


@dataclass(frozen=True)
class Ratios:
    """How many times as long one thing takes as another, pair by pair."""

    each: Sequence[float]
    base: float
    """What the other thing took, in milliseconds: the median."""

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.each)

    def __str__(self) -> str:
        return f"{self.middle:.2f} × ({min(self.each):.2f}–{max(self.each):.2f})"


def compare(
    one: Callable[[], Any], other: Callable[[], Any], turns: int, clock: Callable[[], float] = time.perf_counter
) -> Ratios:
    """Let the two take turns, and let them take turns at being first too."""
    one(), other()
    pairs = []
    for turn in range(turns):
        gc.collect()
        if turn % 2:
            base = _seconds(other, clock)
            pairs.append((_seconds(one, clock), base))
        else:
            taken = _seconds(one, clock)
            pairs.append((taken, _seconds(other, clock)))
    return Ratios([taken / base for taken, base in pairs], 1000 * median(base for _, base in pairs))


def _seconds(work: Callable[[], Any], clock: Callable[[], float]) -> float:
    begun = clock()
    work()
    return clock() - begun


def pages(app: Flask, kind: str) -> Iterator[Line]:
    """Every page, with little in it first."""
    of = plenty.ground()
    plenty.applications(of, FEW)
    plenty.look_over()
    officers = measured.officers_list(app, of)
    few = officers.queries()
    yield _of_page(kind, f"officer's list, {FEW} applications", officers, LIST_QUERIES)

    plenty.applications(of, MANY - FEW)
    plenty.look_over()
    yield _of_page(kind, f"officer's list, {MANY} applications", officers, LIST_QUERIES, as_many_as=few)

    # What the regions open, and the matrix, stand beside all of that.
    form = measured.form_page(app, of, staff=10)
    report = measured.report_page(app, of)
    matrix = measured.overview(app, of)
    plenty.look_over()
    yield _of_page(kind, "region's form page, with the budget", form, FORM_QUERIES)
    size = f"{len(of.regions)} × {len(of.results)} × {len(of.years)}"
    yield _of_page(kind, f"matrix overview, {size}", matrix, MATRIX_QUERIES)
    yield _of_page(kind, "region's result page in a report", report, None)


def _of_page(kind: str, what: str, page: Page, most: int | None, *, as_many_as: int | None = None) -> Line:
    queries = page.queries()
    ratios = compare(page.open, page.open_empty, PAGE_TURNS)
    aim, reached = "none set", None
    if most is not None:
        aim, reached = f"≤ {most} queries", queries <= most
    if as_many_as is not None:
        aim, reached = f"{aim}, {as_many_as} as with {FEW}", reached and queries == as_many_as
    return Line(kind, what, aim, str(queries), f"{ratios} an empty page of {ratios.base:.1f} ms", reached)


def finances_file(app: Flask, kind: str) -> Iterator[Line]:
    """The Excel of an underlag against a loop that does nothing but write the same cells, made ready beforehand."""
    economist = person(Role.FINANCE, plenty.ground(regions=1, results=1).authority)
    batch_id = plenty.batch(economist, MANY)
    frozen = payments.frozen_batch(accounts.actor_of(economist.id), batch_id, example=False)
    db.close_read_session()
    assert frozen is not None
    cells = _cells(frozen.rows)
    assert _written(bare(cells)) == _written(xlsx.payment_batch(frozen.facts, frozen.rows)), "not the same cells"

    file = compare(
        lambda: xlsx.payment_batch(frozen.facts, frozen.rows), lambda: bare(cells), FILE_TURNS, time.process_time
    )
    download = measured.page(app, economist, "payments.download", batch_id=batch_id)
    whole = compare(download.open, lambda: bare(cells), FILE_TURNS)
    what = f"Excel of {MANY} payments"
    aim, reached = f"≤ {FILE_RATIO} × a bare loop", file.middle <= FILE_RATIO
    yield Line(kind, f"{what}, from frozen rows", aim, "–", f"{file} a loop of {file.base:.0f} ms", reached)
    queries = str(download.queries())
    yield Line(kind, f"{what}, whole download", "none set", queries, f"{whole} a loop of {whole.base:.0f} ms", None)


def many_payments(kind: str) -> Iterator[Line]:
    """Thousands of payments become an underlag, and are marked as paid: each in one act, with a line of history for each."""
    of = plenty.ground(results=1)
    persons = [person(Role.FINANCE, of.authority) for _ in range(2)]
    ids = tuple(plenty.attested(of, MANY, *persons))
    plenty.look_over()
    economist = accounts.actor_of(persons[0].id)
    db.close_read_session()
    made: list[int] = []
    with measured.asked() as sent:
        seconds = _seconds(lambda: made.append(services.batch(economist, BatchPayments(ids))), time.process_time)
    yield _of_act(kind, f"{MANY} payments become an underlag", len(sent), seconds)
    with measured.asked() as sent:
        paid = ConfirmPaid(ids, clock.today())
        seconds = _seconds(lambda: services.confirm(economist, made[0], paid), time.process_time)
    yield _of_act(kind, f"{MANY} payments are marked as paid", len(sent), seconds)


def control(kind: str) -> Iterator[Line]:
    """`grantportal verify` over four years: 100 000 events of 10 000 cases, and an anchor for each hour."""
    of = plenty.ground(results=1)
    plenty.applications(of, MANY)
    keyring = Keyring(run.folder() / f"keys-{kind}")
    keyring.make()
    plenty.history(of, keyring.newest(HISTORY), events=EVENTS, anchors=ANCHORS)
    plenty.look_over()
    db.close_read_session()
    found: list[str] = []
    with measured.asked() as sent:
        seconds = _seconds(
            lambda: found.extend(verification.verify(run.folder() / "files", keyring=keyring).differences),
            time.process_time,
        )
    db.close_read_session()
    # The frames and sums of this ground are put in by hand.
    if any(each.startswith(("Händelse", "Kedjan", "Ankare")) for each in found):
        raise RuntimeError(f"the control found what is not there: {found[:3]}")
    yield _of_act(kind, f"verify, {EVENTS} events, {ANCHORS} anchors", len(sent), seconds)


def _of_act(kind: str, what: str, queries: int, seconds: float) -> Line:
    aim = f"≤ {ACT_SECONDS} s of processor time"
    return Line(kind, what, aim, str(queries), f"{seconds:.1f} s", seconds <= ACT_SECONDS)


def many_people(kind: str, url: str) -> Iterator[Line]:
    """Everybody autosaves for some minutes, and then everybody hands in, against the portal as an operator serves it."""
    with TemporaryDirectory() as instance:
        writers = crowd.crowd(PEOPLE)
        db.close_read_session()
        db.engine().dispose()
        with crowd.served(url, Path(instance)) as port:
            crowd.write_for(port, writers, seconds=WRITING_SECONDS, every=SAVE_EVERY)
            saves, lost = sum(writer.saves for writer in writers), crowd.lost(writers)
            what = f"{PEOPLE} people autosave every {SAVE_EVERY} s for {WRITING_SECONDS} s"
            yield _of_crowd(kind, what, writers, f"{saves} saved, {lost} lost", whole=saves > 0 and not lost)

            for writer in writers:
                writer.seconds.clear()
                writer.answers.clear()
            crowd.hand_in_within(port, writers, seconds=HAND_IN_SECONDS)
            came = crowd.handed_in(writers)
            what = f"{PEOPLE} hand-ins in {HAND_IN_SECONDS} s"
            yield _of_crowd(kind, what, writers, f"{came} handed in", whole=came == PEOPLE)


def _of_crowd(kind: str, what: str, writers: Sequence[crowd.Writer], outcome: str, *, whole: bool) -> Line:
    answers = crowd.answers(writers)
    good = {"200", "303"}
    wrong = {status: number for status, number in answers.items() if status not in good}
    p95, p99 = crowd.within(writers, 0.95), crowd.within(writers, 0.99)
    said = f"{outcome}; p95 {p95:.0f} ms, p99 {p99:.0f} ms; other answers: {wrong or 'none'}"
    return Line(kind, what, f"0 lost, 0 × 5xx, p95 < {P95} ms", "–", said, whole and not wrong and p95 < P95)


HEADINGS = (
    *("Underlag nr", "Utbetalnings-id", "Dnr", "Organisation", "Organisationsnummer", "Bankgiro", "Bidragsår"),
    *("Belopp, kr", "Beslutsdatum", "Registrerad av", "Attesterad av", "Nytt giro"),
)
_DAY_ZERO = date(1899, 12, 30)


def _cells(rows: Sequence[PaymentRow]) -> list[tuple[str | int, ...]]:
    """What the sheet's cells hold, in Excel's own terms: a day is a number."""
    values = attrgetter(*(each.name for each in fields(PaymentRow) if each.name != "new_giro"))
    return [
        HEADINGS,
        *(
            (
                *((value - _DAY_ZERO).days if isinstance(value, date) else value for value in values(row)),
                "Ja" if row.new_giro else "Nej",
            )
            for row in rows
        ),
    ]


def bare(cells: Sequence[tuple[str | int, ...]]) -> bytes:
    """The quickest that the library writes these cells."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet()
    write_string, write_number = sheet.write_string, sheet.write_number
    for place, row in enumerate(cells):
        for column, value in enumerate(row):
            if value.__class__ is str:
                write_string(place, column, value)
            else:
                write_number(place, column, value)
    book.close()
    return file.getvalue()


def _written(file: bytes) -> list[tuple[str, str]]:
    """Each cell's place and content in a workbook's first sheet, whatever its look."""
    with ZipFile(BytesIO(file)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    return re.findall(r'<c r="([A-Z]+[0-9]+)"[^>]*>(.*?)</c>', sheet)


_WIDTHS = (10, 42, 29, 7, 49)
_SAID = {True: "reached", False: "NOT REACHED", None: "–"}


def _show(*cells: str) -> None:
    print("  ".join(cell.ljust(width) for cell, width in zip(cells, (*_WIDTHS, 0), strict=True)).rstrip(), flush=True)


def main() -> None:
    """Measure on both databases and print the table."""
    run.begin()
    lines = []
    _show("database", "what", "aim", "queries", "time: median (least–most)", "")
    _show(*("-" * width for width in _WIDTHS), "-----------")
    try:
        with TemporaryDirectory() as instance:
            settings = Settings(
                instance=Path(instance), database_url="sqlite://", secret_key="bench", secure_cookies=False
            )
            app = create_app(settings)
            for kind in ("sqlite", "postgresql"):
                database = databases.of(kind)
                database.reset()
                db.configure(database.url)
                for line in chain(pages(app, kind), finances_file(app, kind), many_payments(kind)):
                    _show(line.where, line.what, line.aim, line.queries, line.ratio, _SAID[line.reached])
                    lines.append(line)
                db.close_read_session()
                database.reset()
                for line in control(kind):
                    _show(line.where, line.what, line.aim, line.queries, line.ratio, _SAID[line.reached])
                    lines.append(line)
                db.close_read_session()
                database.reset()
                db.engine().dispose()  # what it holds is open to the copy that was
                for line in many_people(kind, database.url):
                    _show(line.where, line.what, line.aim, line.queries, line.ratio, _SAID[line.reached])
                    lines.append(line)
                db.close_read_session()
                db.engine().dispose()
    finally:
        databases.Cluster().stop()
        run.end()
    aims = [line for line in lines if line.reached is not None]
    missed = sum(not line.reached for line in aims)
    print(f"\n{missed} of {len(aims)} aims were not reached." if missed else f"\nAll {len(aims)} aims were reached.")


if __name__ == "__main__":
    main()
