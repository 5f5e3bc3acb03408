"""Ansökningar: what their pages show, and the rows that acts work on.

The functions that read draft tables take the actor and leave only the actor's own organisations' rows. Everybody else
reads frozen versions.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from grantportal import db, policy
from grantportal.domain import answers, applications, attachments, clock, hand_ins, remarks
from grantportal.domain import opened as parts_of
from grantportal.domain.actors import APPLICANT_ROLES, Actor, Role
from grantportal.domain.answers import NOTHING, Answered, Category, Draft, Staff, Surroundings
from grantportal.domain.applications import (
    TASK_LABELS,
    ApplicationFacts,
    ApplicationStatus,
    Audience,
    LastHandIn,
    TaskState,
)
from grantportal.domain.attachments import FILE_TEXTS, Attached, FileStatus, Follows
from grantportal.domain.calls import CallStatus
from grantportal.domain.cases import FrozenKind, RecordKind
from grantportal.domain.earlier_answers import source_name
from grantportal.domain.errors import RuleViolation
from grantportal.domain.forms import FormDefinition, Question, QuestionType, Section
from grantportal.domain.labels import Label
from grantportal.domain.money import kr
from grantportal.domain.opened import Asked, Opened
from grantportal.domain.supplements import SupplementStatus
from grantportal.domain.youth_homes import grouped
from grantportal.models.accounts import MandateRow, User
from grantportal.models.applications import (
    Answer,
    Application,
    ApplicationHome,
    Attachment,
    BudgetLine,
    RequestedLine,
    StaffRow,
)
from grantportal.models.calls import Call, CallYear, is_asked
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.decisions import Decision
from grantportal.models.grants import CostCategory, Grantee, YearFrame
from grantportal.models.organisations import Organisation
from grantportal.models.records import Record, StoredFile
from grantportal.models.supplements import Supplement, SupplementPart
from grantportal.policy import Permission
from grantportal.queries import allocations, grants, youth_homes
from grantportal.queries.accounts import holds

# --- The rows ------------------------------------------------------------------------------------------------------


def get(actor: Actor, application_id: int) -> Application | None:
    """The application with its case, call, grant, form and organisation, if the actor may see it."""
    asked = _whole().where(Application.id == application_id, policy.visible(actor, Application))
    return db.session().scalars(asked).one_or_none()


@cache
def _whole() -> Select[Application]:
    """Put together once: every page of an application asks it, and every save twice."""
    return (
        select(Application)
        .options(
            joinedload(Application.case),
            joinedload(Application.organisation),
            joinedload(Application.call).joinedload(Call.grant),
            joinedload(Application.call).joinedload(Call.application_form),
        )
        .execution_options(populate_existing=True)
    )


def own(actor: Actor, application_id: int) -> Application | None:
    """The same, if it is the actor's own organisation's."""
    found = get(actor, application_id)
    return found if found is not None and any(_is_own(mandate, found) for mandate in actor.mandates) else None


def _is_own(mandate: Any, application: Application) -> bool:
    return (
        mandate.organisation_id == application.organisation_id
        and mandate.role in APPLICANT_ROLES
        and mandate.case_id in (None, application.case_id)
    )


def locked(actor: Actor, application_id: int, *, with_call: bool = False) -> Application | None:
    """The application, if the actor may see it, with its case locked before anything of it is read.

    `with_call`: for what rests on the call, which stands as it is until the act is done.
    """
    if with_call:
        call_id = select(Application.call_id).where(Application.id == application_id).scalar_subquery()
        db.session().scalars(db.lock(select(Call).where(Call.id == call_id), shared=True)).one_or_none()
    case_id = select(Application.case_id).where(Application.id == application_id).scalar_subquery()
    db.session().scalars(db.lock(select(Case).where(Case.id == case_id))).one_or_none()
    return get(actor, application_id)


def call_with_grant(call_id: int, *, lock: bool = False) -> Call | None:
    """A published call, for starting an application in it; for the act, it stands as it is until the act is done."""
    query = (
        select(Call)
        .where(Call.id == call_id, Call.status != CallStatus.DRAFT)
        .options(joinedload(Call.grant), joinedload(Call.years), joinedload(Call.application_form))
    )
    return db.session().scalars(db.lock(query, shared=True) if lock else query).unique().one_or_none()


def organisation(organisation_id: int) -> Organisation | None:
    """An organisation by its key."""
    return db.session().get(Organisation, organisation_id)


def ordinary_case(call: Call, organisation_id: int) -> int | None:
    """The case of the organisation's application in the call that an extra call extends: the extra one's parent."""
    return db.session().scalar(
        select(Application.case_id)
        .where(Application.call_id == call.extends_id, Application.organisation_id == organisation_id)
        .order_by(Application.id)
        .limit(1)
    )


def is_grantee(call: Call, organisation_id: int) -> bool:
    """Whether the organisation has been granted money of one of the call's years, and has been told so."""
    years = [year.grant_year for year in call.years]
    return bool(
        db.session().scalar(
            select(
                exists().where(
                    Grantee.grant_id == call.grant_id,
                    Grantee.grant_year.in_(years),
                    Grantee.organisation_id == organisation_id,
                    policy.is_told_grantee(),
                )
            )
        )
    )


def surroundings(call: Call, *, with_homes: bool = True, region: str = "") -> Surroundings:
    """The years, kostnadsslag and youth homes that the call's form is asked about; the homes of `region` come first. One query."""
    of_the_call = and_(CostCategory.grant_id == call.grant_id, is_asked(call.last_category))
    asked = (
        select(
            CallYear.grant_year,
            CostCategory.id.label("category_id"),
            CostCategory.name.label("category"),
            CostCategory.is_personnel,
            YearFrame.frame,
            allocations.granted_in(call.grant_id, CallYear.grant_year).label("granted"),
        )
        .select_from(CallYear)
        .outerjoin(CostCategory, of_the_call)
        .outerjoin(YearFrame, and_(YearFrame.grant_id == call.grant_id, YearFrame.grant_year == CallYear.grant_year))
        .where(CallYear.call_id == call.id)
        .order_by(CallYear.grant_year, CostCategory.position)
    )
    if with_homes:
        homes_of = youth_homes.every().subquery()
        first_year = select(func.min(CallYear.id)).where(CallYear.call_id == call.id).scalar_subquery()
        first_category = select(func.min(CostCategory.id)).where(CostCategory.grant_id == call.grant_id)
        # Beside the first year's first kostnadsslag only: each home comes once.
        here = and_(
            CallYear.id == first_year,
            or_(CostCategory.id.is_(None), CostCategory.id == first_category.scalar_subquery()),
        )
        asked = asked.add_columns(*homes_of.c).outerjoin(homes_of, here).order_by(homes_of.c.nth)
    rows = db.session().execute(asked).all()
    categories = {
        row.category_id: Category(row.category_id, row.category, row.is_personnel)
        for row in rows
        if row.category_id is not None
    }
    homes = tuple(youth_homes.home_of(row) for row in rows if row.id is not None) if with_homes else ()
    return Surroundings(
        years=tuple(dict.fromkeys(row.grant_year for row in rows)),
        categories=tuple(categories.values()),
        homes=tuple((home.id, home.name) for home in sorted(homes, key=lambda home: home.place)),
        home_groups=grouped(homes, first=region),
        frames={row.grant_year: (row.frame, int(row.granted)) for row in rows if row.frame is not None},
    )


def surroundings_for(call: Call, questions: Iterable[Question], region: str = "") -> Surroundings:
    """What these questions are asked about: nothing is read for those that stand by themselves."""
    kinds = {question.type for question in questions}
    if not kinds & {QuestionType.BUDGET, QuestionType.YOUTH_HOMES}:
        return Surroundings()
    return surroundings(call, with_homes=QuestionType.YOUTH_HOMES in kinds, region=region)


def form_of(application: Application) -> FormDefinition:
    """The form that the application is made with."""
    form = application.call.application_form
    if form is None:
        raise LookupError(f"call {application.call_id} was published without a form")
    return FormDefinition.from_json(form.definition)


# --- Draft space ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DraftRows:
    """The saved rows of an application's draft, by key, for the service that changes them."""

    rows: Mapping[str, "Answer | BudgetLine | StaffRow"]
    names: Mapping[int, str]
    files: Mapping[str, Answered] = field(default_factory=dict)
    fetched: Mapping[str, str] = field(default_factory=dict)
    """The earlier application that an answer is taken over from."""

    def saved(self) -> Draft:
        """The rows as texts with their versions."""
        texts = {
            key: Answered(
                _text(row),
                row.version,
                self.names.get(row.changed_by_id, ""),
                getattr(row, "personal_number_reason", "") or "",
                self.fetched.get(key, ""),
            )
            for key, row in self.rows.items()
        }
        return {**texts, **self.files}


def _text(row: "Answer | BudgetLine | StaffRow") -> str:
    # Told by their columns: only the queries below may name the tables of draft space.
    if hasattr(row, "value"):
        return str(row.value)
    if hasattr(row, "amount"):
        return str(row.amount)
    return Staff(
        row.profession,
        {part.grant_year: part.percent for part in row.amounts},
        {part.grant_year: part.amount for part in row.amounts},
    ).text()


def draft_rows(
    actor: Actor, application_id: int, definition: FormDefinition, needed: Opened | None = None
) -> DraftRows:
    """What the actor's own organisation has saved; nothing of anybody else's.

    One query, one more each for a budget's amounts and its staff rows, where the form asks for them and `needed` (everything
    if not given) has them.
    """
    needed = needed or Opened.whole(definition)
    session = db.session()
    mine = policy.own(actor, Application)
    earlier, added_by = aliased(Application), aliased(User)
    names: dict[int, str] = {}
    rows: dict[str, Answer | BudgetLine | StaffRow] = {}
    fetched: dict[str, str] = {}
    written: Any = (
        select(Answer, User.name, Call.title, earlier.applicant_unit)
        .select_from(Application)
        .outerjoin(Answer, Answer.application_id == Application.id)
        .outerjoin(User, User.id == Answer.changed_by_id)
        .outerjoin(FrozenVersion, FrozenVersion.id == Answer.fetched_from_id)
        .outerjoin(earlier, earlier.id == FrozenVersion.subject_id)
        .outerjoin(Call, Call.id == earlier.call_id)
        .where(Application.id == application_id, mine)
    )
    files: list[Any] = []
    if any(each.most_files for each in needed.asked(definition)):
        first = select(func.min(Answer.id)).where(Answer.application_id == application_id).scalar_subquery()
        # Beside the first answer only, or beside none where there is none: each file comes once.
        written = (
            written.add_columns(Attachment, StoredFile, added_by.name)
            .outerjoin(
                Attachment,
                and_(Attachment.application_id == Application.id, or_(Answer.id.is_(None), Answer.id == first)),
            )
            .outerjoin(StoredFile, StoredFile.id == Attachment.file_id)
            .outerjoin(added_by, added_by.id == Attachment.added_by_id)
            .order_by(Attachment.question, Attachment.id)
        )
    for answer, name, call, unit, *file in session.execute(written):
        if file and file[0] is not None:
            files.append(file)
        if answer is None:
            continue
        rows[f"q{answer.question}"] = answer
        names[answer.changed_by_id] = name
        if answer.fetched_from_id is not None:
            fetched[f"q{answer.question}"] = source_name(call, unit)
    found = _as_answers(files)
    question = answers.budget_question(definition)
    if question is None or not needed.asks(question):
        return DraftRows(rows, names, found, fetched)
    staff = parts_of.staff_part(question)
    for line, name in (
        session.execute(
            select(BudgetLine, User.name)
            .join(Application, Application.id == BudgetLine.application_id)
            .join(User, User.id == BudgetLine.changed_by_id)
            .where(Application.id == application_id, mine)
        )
        if needed.rows != {staff}
        else ()
    ):
        rows[answers.cell_key(question, line.grant_year, line.cost_category_id)] = line
        names[line.changed_by_id] = name
    if not needed.has_row(question, staff):
        return DraftRows(rows, names, found, fetched)
    for row, name in (
        session.execute(
            select(StaffRow, User.name)
            .join(Application, Application.id == StaffRow.application_id)
            .join(User, User.id == StaffRow.changed_by_id)
            .outerjoin(StaffRow.amounts)
            .options(contains_eager(StaffRow.amounts))
            .where(Application.id == application_id, mine)
            .order_by(StaffRow.position)
        )
        .unique()
        .all()
    ):
        rows[answers.staff_key(question, row.position)] = row
        names[row.changed_by_id] = name
    return DraftRows(rows, names, found, fetched)


def attached(actor: Actor, application_id: int) -> dict[str, Answered]:
    """The files of the actor's own draft as answers: listed in the order that they came, with why a number may stand in
    a name."""
    found = db.session().execute(
        select(Attachment, StoredFile, User.name)
        .join(StoredFile, StoredFile.id == Attachment.file_id)
        .join(Application, Application.id == Attachment.application_id)
        .join(User, User.id == Attachment.added_by_id)
        .where(Application.id == application_id, policy.own(actor, Application))
        .order_by(Attachment.question, Attachment.id)
    )
    return _as_answers(found)


def _as_answers(files: Iterable[Any]) -> dict[str, Answered]:
    """(attachment, stored file, who added it) of each file, by question and in order."""
    made: dict[str, Answered] = {}
    for number, rows in groupby(files, key=lambda row: row[0].question):
        listed = list(rows)
        made[f"q{number}"] = Answered(
            attachments.written(_attached(file, row.follows) for row, file, _ in listed),
            len(listed),
            listed[-1][2],
            "; ".join(row.personal_number_reason for row, *_ in listed if row.personal_number_reason),
        )
    return made


def _attached(file: StoredFile, follows: str = "") -> Attached:
    told = tuple(Follows(code) for code in follows.split())
    return Attached(file.id, file.shown_name, file.media_type, file.size, file.sha256, file.status, told)


def draft(actor: Actor, application_id: int) -> Draft:
    """The saved answers of the actor's own application."""
    application = own(actor, application_id)
    if application is None:
        return {}
    return draft_rows(actor, application_id, form_of(application)).saved()


@dataclass(frozen=True)
class OpenSupplement:
    """The request for komplettering that waits for an answer."""

    id: int
    reason: str
    last_day: date
    notes: Mapping[str, str]
    """What is missing in each opened part, by its key."""
    version_before: int
    before: str = ""
    """What was handed in before it, as it was frozen."""

    @property
    def content(self) -> dict[str, Any]:
        """What was handed in before it, to read."""
        if not self.before:
            raise LookupError(f"version {self.version_before} was supplemented without being frozen")
        found: dict[str, Any] = json.loads(self.before)
        return found


def open_supplement(application: Application) -> OpenSupplement | None:
    """The open request, if the application waits for one, with what it was about. One query."""
    if application.status is not ApplicationStatus.SUPPLEMENT_REQUESTED:
        return None
    rows = (
        db.session()
        .execute(
            select(
                Supplement,
                SupplementPart.part,
                SupplementPart.note,
                # With the first part only: it may be long.
                case((func.row_number().over(order_by=SupplementPart.part) == 1, FrozenVersion.content)),
            )
            .join(SupplementPart, SupplementPart.supplement_id == Supplement.id)
            .outerjoin(
                FrozenVersion,
                and_(
                    FrozenVersion.kind == FrozenKind.APPLICATION,
                    FrozenVersion.subject_id == Supplement.application_id,
                    FrozenVersion.number == Supplement.version_before,
                ),
            )
            .where(Supplement.application_id == application.id, Supplement.status == SupplementStatus.REQUESTED)
            .order_by(SupplementPart.part)
        )
        .all()
    )
    if not rows:
        return None
    first: Supplement = rows[0][0]
    notes = {part: note or "" for _, part, note, _ in rows}
    before = next((content for *_, content in rows if content), "")
    return OpenSupplement(first.id, first.reason, first.last_day, notes, first.version_before, before)


def opened(application: Application, definition: FormDefinition) -> Opened:
    """What can be written in now."""
    supplement = open_supplement(application)
    return applications.opened_now(definition, application.status, supplement.notes if supplement else ())


def told_status(application: Application, audience: Audience = Audience.PARTY) -> ApplicationStatus:
    """The application's status as the reader may know it: what is decided has not happened to its party before it is sent."""
    sent = exists().where(Decision.application_id == application.id, policy.is_sent(Decision.id))
    return applications.told_status(
        application.status,
        is_withdrawn=application.withdrawn_at is not None,
        is_sent=audience is Audience.AUTHORITY
        or application.status is not ApplicationStatus.CONCLUDED
        or bool(db.session().scalar(select(sent))),
    )


# --- Frozen versions -----------------------------------------------------------------------------------------------


def frozen_row(application_id: int, number: int) -> FrozenVersion | None:
    """A frozen version of an application that the caller may see."""
    return (
        db.session()
        .scalars(
            select(FrozenVersion).where(
                FrozenVersion.kind == FrozenKind.APPLICATION,
                FrozenVersion.subject_id == application_id,
                FrozenVersion.number == number,
            )
        )
        .one_or_none()
    )


def frozen_content(application_id: int, number: int) -> dict[str, Any] | None:
    """What was frozen, or None."""
    row = frozen_row(application_id, number)
    return None if row is None else json.loads(row.content)


def last_hand_in(application: Application) -> LastHandIn | None:
    """What was handed in last; nothing when it was a komplettering that was closed without an answer."""
    found = db.session().execute(
        select(Supplement.status, Supplement.ended_at, User.name)
        .outerjoin(User, User.id == Supplement.ended_by_id)
        .where(Supplement.application_id == application.id)
        .order_by(Supplement.id.desc())
        .limit(1)
    )
    newest = found.one_or_none()
    if newest is not None:
        status, at, by = newest
        return LastHandIn("kompletteringen", by, at) if status is SupplementStatus.ANSWERED and at else None
    sender = db.session().scalar(select(User.name).where(User.id == application.submitted_by_id))
    return LastHandIn("ansökan", sender, application.submitted_at) if sender and application.submitted_at else None


# --- Pages ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Head:
    """What every page about an application says of it."""

    id: int
    case_id: int
    organisation_id: int
    status: ApplicationStatus
    title: str
    organisation: str
    applicant_unit: str
    call_id: int
    call_title: str
    grant_title: str
    last_day: date
    days_left: str
    late: bool
    is_call_withdrawn: bool
    """Nothing is handed in to it any more, and what has been is not tried."""
    label: Label
    registration_number: str
    own_reference: str
    submitted_at: datetime | None
    version_number: int


def head_of(application: Application, supplement: OpenSupplement | None, audience: Audience) -> Head:
    """The facts and the state of an application, in the reader's words."""
    now = clock.now()
    call = application.call
    facts = ApplicationFacts(
        status=told_status(application, audience),
        last_day=call.last_day,
        submitted_at=application.submitted_at,
        registration_number=application.case.registration_number or "",
        supplement_last_day=supplement.last_day if supplement else None,
        is_call_withdrawn=call.status is CallStatus.WITHDRAWN,
    )
    late = applications.is_late(application.submitted_at or now, call.last_day)
    return Head(
        id=application.id,
        case_id=application.case_id,
        organisation_id=application.organisation_id,
        status=facts.status,
        title=f"{possessive(application.organisation.name)} ansökan",
        organisation=application.organisation.name,
        applicant_unit=application.applicant_unit,
        call_id=call.id,
        call_title=call.title,
        grant_title=grants.title_of(call),
        last_day=call.last_day,
        days_left=clock.days_left_text(call.last_day, clock.stockholm(now).date()),
        late=late,
        is_call_withdrawn=facts.is_call_withdrawn,
        label=applications.label(facts, now, audience),
        registration_number=facts.registration_number,
        own_reference=application.case.own_reference,
        submitted_at=application.submitted_at,
        version_number=application.version_number,
    )


def possessive(name: str) -> str:
    """«Region Östergötlands»; a name that ends in s takes nothing more."""
    return name if name.endswith(("s", "x", "z")) else f"{name}s"


@dataclass(frozen=True)
class StartPage:
    """What is asked before an application is begun."""

    call_id: int
    call_title: str
    grant_title: str
    last_day: date
    organisations: tuple[tuple[int, str], ...]
    begun: tuple[tuple[int, str, str], ...]
    """(id, organisation, sökande verksamhet) of what has been begun already."""


def start_page(actor: Actor, call_id: int) -> StartPage | None:
    """The call, and for whom the actor may begin an application in it."""
    call = call_with_grant(call_id)
    if call is None:
        return None
    ids = policy.organisations_for(actor, Permission.START_CASE)
    names = {
        row.id: row.name
        for row in db.session().execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)))
    }
    begun = db.session().execute(
        select(Application.id, Organisation.name, Application.applicant_unit)
        .join(Organisation, Organisation.id == Application.organisation_id)
        .where(Application.call_id == call_id, policy.own(actor, Application))
        .order_by(Application.id)
    )
    return StartPage(
        call_id=call.id,
        call_title=call.title,
        grant_title=grants.title_of(call),
        last_day=call.last_day,
        organisations=tuple((each, names[each]) for each in ids if each in names),
        begun=tuple((row.id, row.name, row.applicant_unit) for row in begun),
    )


@dataclass(frozen=True)
class Task:
    """One part of the task list."""

    key: str
    title: str
    group: str
    hint: str
    state: TaskState
    field: str = ""
    """Where on the section's page it is."""

    @property
    def is_open(self) -> bool:
        """Whether there is something to answer."""
        return self.state is not TaskState.NOT_NEEDED

    @property
    def mark(self) -> tuple[str, str, str]:
        """What the status macro takes."""
        return TASK_LABELS[self.state].mark


@dataclass(frozen=True)
class ShownAnswer:
    """A question and its answer, to read."""

    question: str
    texts: tuple[str, ...]
    field: str
    is_budget: bool
    files: tuple["ShownFile", ...] = ()
    is_open: bool = False
    part: str = ""
    fetched_from: str = ""
    """The earlier application that a draft's answer is taken over from, until somebody changes it."""


@dataclass(frozen=True)
class ShownFile:
    """A file of an answer: a draft's is fetched by its id, one that is handed in as the handling that it is."""

    line: str
    file_id: int
    record_id: int
    is_ready: bool
    state: str
    follows: tuple[str, ...] = ()
    """What is said to whoever is about to send it of what follows along unseen."""


@dataclass(frozen=True)
class ShownSection:
    """A section to read."""

    key: str
    title: str
    answers: tuple[ShownAnswer, ...]
    not_asked: tuple[str, ...] = ()
    """The questions that other answers make needless."""

    def only(self, *, is_open: bool) -> "ShownSection":
        """The section with only what can be written in, or only what is locked."""
        return replace(self, answers=tuple(answer for answer in self.answers if answer.is_open is is_open))


@dataclass(frozen=True)
class Problem:
    """Something to put right, or to look over: in which section, at which field."""

    section: str
    section_title: str
    message: str
    field: str


@dataclass(frozen=True)
class OwnPage:
    """The organisation's own application: parts with their states, answers to check, and what is left to put right."""

    head: Head
    heading: hand_ins.Heading
    """What is handed in above the answers."""
    supplement: OpenSupplement | None
    asked: tuple[Asked, ...]
    """What an open komplettering asks for."""
    tasks: tuple[Task, ...]
    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...]
    """What stops nothing, but may be worth a look."""
    sections: tuple[ShownSection, ...]
    content: dict[str, Any]
    as_written: dict[str, Any]
    """The content to check: an amount that is not written is None in it."""
    fetched: tuple[Problem, ...]
    """The answers that are taken over from an earlier application and not changed yet: to look over, never in the way."""
    may_submit: tuple[str, ...]
    """Names of the persons who can hand in."""
    status: ApplicationStatus
    organisation_id: int
    case_id: int

    @property
    def sha256(self) -> str:
        """Fingerprint of the heading and every answer: what the person who hands in has read."""
        return hand_ins.fingerprint_of(self.heading, self.content)

    @property
    def opened_sections(self) -> tuple[ShownSection, ...]:
        """The sections with what can be written in, and nothing else."""
        found = (section.only(is_open=True) for section in self.sections)
        return tuple(section for section in found if section.answers)

    @property
    def groups(self) -> tuple[tuple[str, tuple[Task, ...]], ...]:
        """The parts under their headings."""
        names = dict.fromkeys(task.group for task in self.tasks)
        return tuple((name, tuple(task for task in self.tasks if task.group == name)) for name in names)

    @property
    def done(self) -> int:
        """How many parts are done."""
        return sum(task.state is TaskState.DONE for task in self.tasks)

    @property
    def needed(self) -> int:
        """How many parts there are to do: one whose questions are all hidden is not counted."""
        return sum(task.state is not TaskState.NOT_NEEDED for task in self.tasks)

    @property
    def hand_in(self) -> TaskState:
        """Whether checking and handing in can begin."""
        return TaskState.CANNOT if self.problems else TaskState.NOT_BEGUN


def heading_of(application: Application) -> hand_ins.Heading:
    """Who applies for what, as it is now: what the page shows above the answers, and what is frozen with them."""
    return hand_ins.Heading(
        grant=grants.title_of(application.call),
        call=application.call.title,
        organisation=application.organisation.name,
        organisation_number=application.organisation.organisation_number,
        applicant_unit=application.applicant_unit,
    )


def own_page(actor: Actor, application_id: int, *, with_senders: bool = True) -> OwnPage | None:
    """Everything about the actor's own application, for the task list and for checking before hand-in.

    What is locked is read as it was handed in: only the rest of the draft is asked for. At most eight queries for single
    questions and rows, session and user included.
    """
    application = own(actor, application_id)
    if application is None:
        return None
    definition = form_of(application)
    supplement = open_supplement(application)
    opened = applications.opened_now(definition, application.status, supplement.notes if supplement else ())
    kinds = {question.type for question in opened.asked(definition)}
    around = surroundings(application.call, with_homes=QuestionType.YOUTH_HOMES in kinds)
    saved = draft_rows(actor, application_id, definition, opened).saved()
    before = None
    if application.version_number:
        before = supplement.content if supplement else frozen_content(application.id, application.version_number)
    if before is not None:
        saved = hand_ins.with_locked_answers(definition, saved, before, opened, around)
    texts = answers.texts_of(saved)
    content = hand_ins.answers_content(definition, texts, around)
    if before is not None:
        content = hand_ins.with_locked_parts(definition, content, before, opened, around)
    problems = [
        *applications.problems(definition, texts, around, opened=opened),
        *applications.unexplained_numbers(definition, saved, opened=opened),
    ]
    asked: tuple[Asked, ...] = ()
    if supplement is not None and before is not None:
        asked = parts_of.asked(definition, supplement.notes, around)
        now = definition.asked(texts)
        tasks = (
            *(_asked_task(each, definition, now, before, content, around, problems) for each in asked),
            *_following_tasks(supplement.notes, definition, now, before, problems),
        )
    else:
        tasks = tuple(_task(section, saved, around) for section in definition.asked(texts).sections)
    head = head_of(application, supplement, Audience.PARTY)
    return OwnPage(
        head=head,
        heading=heading_of(application),
        supplement=supplement,
        asked=asked,
        tasks=tasks,
        problems=tuple(
            Problem(section.key, section.title, wrong.message, answers.field_id(definition, wrong.field or ""))
            for section, wrong in problems
        ),
        remarks=tuple(
            Problem(section.key, section.title, remark.message, answers.field_id(definition, remark.field))
            for section, remark in remarks.remarks(definition, texts, around, opened=opened)
        ),
        sections=tuple(
            _shown(section, content["sections"][place], opened, saved)
            for place, section in enumerate(definition.sections)
        ),
        content=content,
        as_written=hand_ins.as_written(definition, content, texts, around),
        fetched=_fetched(definition, saved, opened),
        may_submit=_who_may_submit(application) if with_senders else (),
        status=head.status,
        organisation_id=application.organisation_id,
        case_id=application.case_id,
    )


def own_page_anew(actor: Actor, application_id: int, *, with_senders: bool = True) -> OwnPage | None:
    """The same after an act of this very request: what others wrote meanwhile is not in the snapshot that was read."""
    db.close_read_session()
    return own_page(actor, application_id, with_senders=with_senders)


def _asked_task(
    asked: Asked,
    definition: FormDefinition,
    now: FormDefinition,
    before: dict[str, Any],
    content: dict[str, Any],
    around: Surroundings,
    problems: Iterable[tuple[Section, RuleViolation]],
) -> Task:
    part = Opened.of(definition, {asked.part})
    if not part.asked(now):
        hint = "Inget att svara på, utifrån era andra svar."
        return Task(asked.section, asked.title, asked.section_title, hint, TaskState.NOT_NEEDED)
    wrong = [
        violation
        for _, violation in problems
        if (question := answers.question_of(definition, violation.field or ""))
        and part.asks(question)
        and (violation.field == question.field or part.takes(question, violation.field or ""))
    ]
    is_changed = hand_ins.is_changed(asked.part, before, content, definition, around)
    state = applications.part_state(wrong, must_change=not is_changed)
    hint = f"Myndigheten skriver: {asked.note}" if asked.note else ""
    return Task(asked.section, asked.title, asked.section_title, hint, state, asked.field)


def _following_tasks(
    parts: Mapping[str, str],
    definition: FormDefinition,
    now: FormDefinition,
    before: dict[str, Any],
    problems: Iterable[tuple[Section, RuleViolation]],
) -> Iterable[Task]:
    """What nobody asked for by name, but is asked now because of an answer that was opened."""
    opened, known = Opened.of(definition, parts), hand_ins.as_asked(definition, before).questions
    named = {*parts, *(section.key for section in definition.sections if section.key in parts)}
    for section in now.sections:
        for question in section.questions:
            if section.key in named or parts_of.question_part(question.number) in named:
                continue
            if question.number in opened.questions and question not in known:
                wrong = [violation for _, violation in problems if violation.field == question.field]
                state = applications.part_state(wrong, must_change=False)
                hint = "Frågan följer på ett svar som ni har ändrat."
                field_id = answers.field_id(definition, question.field)
                yield Task(section.key, question.label, section.title, hint, state, field_id)


def _fetched(definition: FormDefinition, draft: Draft, opened: Opened) -> tuple[Problem, ...]:
    return tuple(
        Problem(section.key, section.title, question.label, answers.field_id(definition, question.field))
        for section in definition.asked(answers.texts_of(draft)).sections
        for question in section.questions
        if question.number in opened.questions and draft.get(question.field, NOTHING).fetched_from
    )


def _task(section: Section, draft: Draft, around: Surroundings) -> Task:
    texts = answers.texts_of(draft)
    state = applications.section_state(section, texts, around)
    if state is TaskState.NOT_NEEDED:
        hint = "Inget att svara på, utifrån era andra svar."
        return Task(section.key, section.title, section.group, hint, state)
    fetched = sum(bool(draft.get(question.field, NOTHING).fetched_from) for question in section.questions)
    to_look_over = f"{fetched} {'hämtat svar' if fetched == 1 else 'hämtade svar'} att se över" if fetched else ""
    hint = ". ".join(part for part in (_hint(section, texts, around, state), to_look_over) if part)
    return Task(section.key, section.title, section.group, hint, state)


def _hint(section: Section, texts: Mapping[str, str], around: Surroundings, state: TaskState) -> str:
    for question in section.questions:
        if question.type is QuestionType.BUDGET and answers.is_begun(section, texts):
            totals = answers.Budget.of(question, texts, around).totals
            parts = [f"{kr(total)} för {year}" for year, total in zip(around.years, totals, strict=True)]
            return f"Sökt: {' och '.join(parts)}"
    if state is TaskState.BEGUN:
        done = answers.answered_count(section, texts, around)
        return f"{done} av {len(section.questions)} frågor besvarade"
    return ""


def _shown(
    section: Section,
    content: dict[str, Any],
    opened: Opened,
    draft: Draft,
    records: Mapping[str, ShownFile] | None = None,
) -> ShownSection:
    return ShownSection(
        section.key,
        section.title,
        tuple(
            ShownAnswer(
                answer["question"],
                tuple(answer["texts"]),
                f"q{answer['number']}",
                answer["type"] == QuestionType.BUDGET.value,
                _shown_files(answer, draft, records or {}),
                _is_open(answer["number"], opened),
                parts_of.question_part(answer["number"]),
                draft.get(f"q{answer['number']}", NOTHING).fetched_from if _is_open(answer["number"], opened) else "",
            )
            for answer in content["answers"]
        ),
        tuple(content.get("not_asked", ())),
    )


def _is_open(number: int, opened: Opened) -> bool:
    return number in opened.questions or any(
        row.startswith(f"{parts_of.question_part(number)}_") for row in opened.rows
    )


def _shown_files(answer: dict[str, Any], draft: Draft, records: Mapping[str, ShownFile]) -> tuple[ShownFile, ...]:
    if "files" not in answer:
        return ()
    by_draft = {
        file.sha256: ShownFile(
            file.line, file.id, 0, file.status is FileStatus.READY, FILE_TEXTS[file.status], file.told
        )
        for file in attachments.read(draft.get(f"q{answer['number']}", NOTHING).text)
    }
    found = (by_draft.get(file["sha256"]) or records.get(file["sha256"]) for file in answer.get("files", ()))
    return tuple(file for file in found if file is not None)


def attachments_of(case_id: int) -> dict[str, ShownFile]:
    """The files that have been handed in within the case, by fingerprint."""
    rows = db.session().execute(
        select(Record.id, StoredFile)
        .join(StoredFile, StoredFile.id == Record.file_id)
        .where(Record.case_id == case_id, Record.kind == RecordKind.ATTACHMENT)
        .order_by(Record.number.desc())
    )
    return {
        row.StoredFile.sha256: ShownFile(
            _attached(row.StoredFile).line,
            row.StoredFile.id,
            row.id,
            row.StoredFile.status is FileStatus.READY,
            FILE_TEXTS[row.StoredFile.status],
        )
        for row in rows
    }


def _who_may_submit(application: Application) -> tuple[str, ...]:
    today = clock.today()
    rows = (
        db.session()
        .execute(
            select(User.id, User.name, MandateRow.role)
            .join(MandateRow, MandateRow.user_id == User.id)
            .where(
                MandateRow.organisation_id == application.organisation_id,
                MandateRow.role.in_([Role.OMBUD, Role.REPRESENTANT]),
                MandateRow.case_id.is_(None) | (MandateRow.case_id == application.case_id),
                holds(today),
                User.closed_at.is_(None),
            )
            .order_by(MandateRow.role, User.name)
        )
        .all()
    )
    held: dict[int, str] = {}
    for user_id, name, role in rows:
        # Whoever has both roles stands once, as an ombud.
        held.setdefault(user_id, f"{name}, {role.text}")
    return tuple(held.values())


@dataclass(frozen=True)
class SectionPage:
    """One section to write in, and where it stands among the others."""

    head: Head
    definition: FormDefinition
    section: Section
    part: int
    of: int
    next_key: str
    draft: Draft
    around: Surroundings
    supplement: OpenSupplement | None
    opened: Opened
    locked: ShownSection | None
    """The section's answers that a komplettering has not opened, as they were handed in."""
    content: dict[str, Any]
    """What was handed in, where something of it is shown; else nothing."""
    organisation_id: int
    case_id: int
    saved_at: datetime | None
    """When somebody last saved an answer of the section."""
    asked: frozenset[int]
    """The questions that are asked with the answers that are saved; the others are hidden."""

    @property
    def is_open(self) -> bool:
        """Whether something in the section can be written in."""
        return self.opened.opens(self.section)

    @property
    def open_questions(self) -> frozenset[int]:
        """The questions that are on the page, hidden ones too: what is typed in them is kept. All of a section that is
        locked since it was shown."""
        asked = frozenset(question.number for question in self.section.questions if self.opened.asks(question))
        return asked or frozenset(question.number for question in self.section.questions)

    def note(self, question: Question) -> str:
        """What the officer says is missing in the question."""
        return self.notes.get(parts_of.question_part(question.number), "")

    @property
    def notes(self) -> Mapping[str, str]:
        """What the officer says is missing, by part."""
        return self.supplement.notes if self.supplement else {}


def section_page(actor: Actor, application_id: int, key: str) -> SectionPage | None:
    """A section of the actor's own application. At most eight queries, session and user included."""
    application = own(actor, application_id)
    if application is None:
        return None
    definition = form_of(application)
    section = definition.section(key)
    if section is None:
        return None
    supplement = open_supplement(application)
    opened = applications.opened_now(definition, application.status, supplement.notes if supplement else ())
    # Of a section that is locked since it was shown, all.
    here = (
        opened.within(section)
        if opened.opens(section)
        else Opened(frozenset(each.number for each in section.questions))
    )
    rows = draft_rows(actor, application_id, definition, here)
    own_rows = [row for key, row in rows.rows.items() if answers.question_of(definition, key) in section.questions]
    around = surroundings_for(application.call, here.asked(definition), application.organisation.name)
    draft = rows.saved()
    content: dict[str, Any] = {}
    locked = None
    has_locked = not all(each.number in opened.questions for each in section.questions)
    if supplement is not None and (has_locked or definition.conditions):
        content = before = supplement.content
        draft = hand_ins.with_locked_answers(definition, draft, before, opened, around)
        was = next(each for each in before["sections"] if each["key"] == key)
        locked = _shown(section, was, opened, {}).only(is_open=False)
    asked = definition.asked(answers.texts_of(draft))
    shown = [each for each in asked.sections if each.questions or each.key == key]
    keys = [each.key for each in shown]
    later = [each.key for each in shown[keys.index(key) + 1 :] if opened.opens(each)]
    return SectionPage(
        head=head_of(application, supplement, Audience.PARTY),
        definition=definition,
        section=section,
        part=keys.index(key) + 1,
        of=len(keys),
        next_key=later[0] if later else "",
        draft=draft,
        around=around,
        supplement=supplement,
        opened=opened,
        locked=locked,
        content=content,
        organisation_id=application.organisation_id,
        case_id=application.case_id,
        saved_at=max((row.changed_at for row in own_rows), default=None),
        asked=frozenset(each.number for one in asked.sections if one.key == key for each in one.questions),
    )


@dataclass(frozen=True)
class VersionPage:
    """A frozen version: what was handed in, as it was. Both sides read the same."""

    head: Head
    number: int
    sha256: str
    frozen_at: datetime
    content: dict[str, Any]
    sections: tuple[ShownSection, ...]
    record_id: int | None
    others: tuple[tuple[int, str, datetime], ...]

    @property
    def last_day(self) -> date:
        """The last day to apply as it was at the hand-in: it may have been moved since."""
        return date.fromisoformat(self.content["last_day"])


def version_page(actor: Actor, application_id: int, number: int | None = None) -> VersionPage | None:
    """A frozen version (the newest when no number is given) of an application that the actor may see."""
    application = get(actor, application_id)
    if application is None or not application.version_number:
        return None
    rows = (
        db.session()
        .execute(
            select(FrozenVersion, Record.id)
            .outerjoin(
                Record,
                and_(
                    Record.frozen_version_id == FrozenVersion.id,
                    Record.case_id == application.case_id,
                ),
            )
            .where(FrozenVersion.kind == FrozenKind.APPLICATION, FrozenVersion.subject_id == application.id)
            .order_by(FrozenVersion.number, Record.number)
        )
        .all()
    )
    versions = {row.FrozenVersion.number: row for row in reversed(rows)}
    found = versions.get(application.version_number if number is None else number)
    if found is None:
        return None
    version: FrozenVersion = found.FrozenVersion
    content = json.loads(version.content)
    audience = Audience.AUTHORITY if actor.is_authority else Audience.PARTY
    has_files = any(answer.get("files") for section in content["sections"] for answer in section["answers"])
    files = attachments_of(application.case_id) if has_files else {}
    return VersionPage(
        head=head_of(application, open_supplement(application), audience),
        number=version.number,
        sha256=version.sha256,
        frozen_at=version.frozen_at,
        content=content,
        sections=tuple(
            _shown(Section(section["key"], section["title"], "", ()), section, Opened(), {}, files)
            for section in content["sections"]
        ),
        record_id=found.id,
        others=tuple(
            (each, json.loads(row.FrozenVersion.content)["what"], row.FrozenVersion.frozen_at)
            for each, row in sorted(versions.items())
        ),
    )


def handed_in(application_id: int) -> list[RequestedLine | ApplicationHome]:
    """The rows that follow the newest version that was handed in, for the act that hands in the next."""
    return [
        *db.session().scalars(select(RequestedLine).where(RequestedLine.application_id == application_id)),
        *db.session().scalars(select(ApplicationHome).where(ApplicationHome.application_id == application_id)),
    ]
