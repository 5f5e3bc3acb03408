"""Ansökningar: what their pages show, and the rows that acts work on.

The functions that read draft tables take the actor and leave only the actor's own organisations' rows. Everybody else
reads frozen versions.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import contains_eager, joinedload

from grantportal import db, policy
from grantportal.domain import answers, applications, attachments, clock, hand_ins, remarks
from grantportal.domain.actors import APPLICANT_ROLES, Actor, Role
from grantportal.domain.answers import NOTHING, Answered, Category, Draft, Staff, Surroundings
from grantportal.domain.applications import (
    TASK_LABELS,
    ApplicationFacts,
    ApplicationStatus,
    Audience,
    TaskState,
)
from grantportal.domain.attachments import FILE_TEXTS, Attached, FileStatus
from grantportal.domain.calls import CallStatus
from grantportal.domain.cases import FrozenKind, RecordKind
from grantportal.domain.forms import FormDefinition, QuestionType, Section
from grantportal.domain.labels import Label
from grantportal.domain.money import kr
from grantportal.domain.supplements import SupplementStatus
from grantportal.models.accounts import MandateRow, User
from grantportal.models.applications import Answer, Application, Attachment, BudgetLine, StaffRow
from grantportal.models.calls import Call, CallYear
from grantportal.models.cases import FrozenVersion
from grantportal.models.grants import CostCategory, Grantee, YearFrame
from grantportal.models.organisations import Organisation, YouthHome
from grantportal.models.records import Record, StoredFile
from grantportal.models.supplements import Supplement, SupplementPart
from grantportal.policy import Permission
from grantportal.queries.accounts import holds

# --- The rows ------------------------------------------------------------------------------------------------------


def get(actor: Actor, application_id: int) -> Application | None:
    """The application with its case, call, grant, form and organisation, if the actor may see it."""
    return (
        db.session()
        .scalars(
            select(Application)
            .where(Application.id == application_id, policy.visible(actor, Application))
            .options(
                joinedload(Application.case),
                joinedload(Application.organisation),
                joinedload(Application.call).joinedload(Call.grant),
                joinedload(Application.call).joinedload(Call.application_form),
            )
            .execution_options(populate_existing=True)
        )
        .one_or_none()
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


def case_id_of(application_id: int) -> int | None:
    """The case to lock before anything else is read."""
    return db.session().scalar(select(Application.case_id).where(Application.id == application_id))


def call_with_grant(call_id: int) -> Call | None:
    """A published call, for starting an application in it."""
    return (
        db.session()
        .scalars(
            select(Call)
            .where(Call.id == call_id, Call.status == CallStatus.PUBLISHED)
            .options(joinedload(Call.grant), joinedload(Call.years), joinedload(Call.application_form))
        )
        .unique()
        .one_or_none()
    )


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
    """Whether the organisation has been granted money of one of the call's years."""
    years = [year.grant_year for year in call.years]
    return bool(
        db.session().scalar(
            select(
                exists().where(
                    Grantee.grant_id == call.grant_id,
                    Grantee.grant_year.in_(years),
                    Grantee.organisation_id == organisation_id,
                )
            )
        )
    )


def surroundings(call: Call, *, with_homes: bool = True) -> Surroundings:
    """The years, kostnadsslag and youth homes that the call's form is asked about."""
    rows = (
        db.session()
        .execute(
            select(
                CallYear.grant_year,
                CostCategory.id,
                CostCategory.name,
                CostCategory.is_personnel,
                YearFrame.frame,
                YearFrame.decided,
            )
            .select_from(CallYear)
            .outerjoin(CostCategory, CostCategory.grant_id == call.grant_id)
            .outerjoin(
                YearFrame,
                and_(YearFrame.grant_id == call.grant_id, YearFrame.grant_year == CallYear.grant_year),
            )
            .where(CallYear.call_id == call.id)
            .order_by(CallYear.grant_year, CostCategory.position)
        )
        .all()
    )
    categories = {row.id: Category(row.id, row.name, row.is_personnel) for row in rows if row.id is not None}
    homes = (
        db.session().execute(select(YouthHome.id, YouthHome.name).order_by(YouthHome.name.collate(db.COLLATION))).all()
        if with_homes
        else []
    )
    return Surroundings(
        years=tuple(dict.fromkeys(row.grant_year for row in rows)),
        categories=tuple(categories.values()),
        homes=tuple((row.id, row.name) for row in homes),
        frames={row.grant_year: (row.frame, row.decided) for row in rows if row.frame is not None},
    )


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

    def saved(self) -> Draft:
        """The rows as texts with their versions."""
        texts = {
            key: Answered(
                _text(row),
                row.version,
                self.names.get(row.changed_by_id, ""),
                getattr(row, "personal_number_reason", "") or "",
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


def draft_rows(actor: Actor, application_id: int, definition: FormDefinition, *, budget: bool = True) -> DraftRows:
    """What the actor's own organisation has saved; nothing of anybody else's. Four queries with a budget, else one; one
    more where the form asks for files."""
    session = db.session()
    mine = policy.own(actor, Application)
    names: dict[int, str] = {}
    rows: dict[str, Answer | BudgetLine | StaffRow] = {}
    for answer, name in session.execute(
        select(Answer, User.name)
        .join(Application, Application.id == Answer.application_id)
        .join(User, User.id == Answer.changed_by_id)
        .where(Application.id == application_id, mine)
    ):
        rows[f"q{answer.question}"] = answer
        names[answer.changed_by_id] = name
    asks_for_files = any(each.most_files for each in definition.questions)
    files = attached(actor, application_id) if asks_for_files else {}
    question = answers.budget_question(definition)
    if question is None or not budget:
        return DraftRows(rows, names, files)
    for line, name in session.execute(
        select(BudgetLine, User.name)
        .join(Application, Application.id == BudgetLine.application_id)
        .join(User, User.id == BudgetLine.changed_by_id)
        .where(Application.id == application_id, mine)
    ):
        rows[answers.cell_key(question, line.grant_year, line.cost_category_id)] = line
        names[line.changed_by_id] = name
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
    return DraftRows(rows, names, files)


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
    made: dict[str, Answered] = {}
    for number, rows in groupby(found, key=lambda row: row.Attachment.question):
        listed = list(rows)
        made[f"q{number}"] = Answered(
            attachments.written(_attached(row.StoredFile) for row in listed),
            len(listed),
            listed[-1].name,
            "; ".join(row.Attachment.personal_number_reason for row in listed if row.Attachment.personal_number_reason),
        )
    return made


def _attached(file: StoredFile) -> Attached:
    return Attached(file.id, file.shown_name, file.media_type, file.size, file.sha256, file.status)


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
    parts: tuple[str, ...]
    version_before: int


def open_supplement(application: Application) -> OpenSupplement | None:
    """The open request, if the application waits for one."""
    if application.status is not ApplicationStatus.SUPPLEMENT_REQUESTED:
        return None
    rows = (
        db.session()
        .execute(
            select(Supplement, SupplementPart.part)
            .join(SupplementPart, SupplementPart.supplement_id == Supplement.id)
            .where(Supplement.application_id == application.id, Supplement.status == SupplementStatus.REQUESTED)
            .order_by(SupplementPart.part)
        )
        .all()
    )
    if not rows:
        return None
    first: Supplement = rows[0][0]
    parts = tuple(part for _, part in rows)
    return OpenSupplement(first.id, first.reason, first.last_day, parts, first.version_before)


def opened_sections(application: Application, definition: FormDefinition) -> frozenset[str]:
    """The sections that can be written in now."""
    supplement = open_supplement(application)
    return applications.open_sections(definition, application.status, supplement.parts if supplement else ())


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
        status=application.status,
        last_day=call.last_day,
        submitted_at=application.submitted_at,
        registration_number=application.case.registration_number or "",
        supplement_last_day=supplement.last_day if supplement else None,
    )
    late = applications.is_late(application.submitted_at or now, call.last_day)
    return Head(
        id=application.id,
        case_id=application.case_id,
        organisation_id=application.organisation_id,
        status=application.status,
        title=f"{possessive(application.organisation.name)} ansökan",
        organisation=application.organisation.name,
        applicant_unit=application.applicant_unit,
        call_id=call.id,
        call_title=call.title,
        grant_title=call.grant.title,
        last_day=call.last_day,
        days_left=clock.days_left_text(call.last_day, clock.stockholm(now).date()),
        late=late,
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
        grant_title=call.grant.title,
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
    is_open: bool

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


@dataclass(frozen=True)
class ShownFile:
    """A file of an answer: a draft's is fetched by its id, one that is handed in as the handling that it is."""

    line: str
    file_id: int
    record_id: int
    is_ready: bool
    state: str


@dataclass(frozen=True)
class ShownSection:
    """A section to read."""

    key: str
    title: str
    answers: tuple[ShownAnswer, ...]
    is_open: bool


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
    supplement: OpenSupplement | None
    tasks: tuple[Task, ...]
    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...]
    """What stops nothing, but may be worth a look."""
    sections: tuple[ShownSection, ...]
    content: dict[str, Any]
    may_submit: tuple[str, ...]
    """Names of the persons who can hand in."""
    status: ApplicationStatus
    organisation_id: int
    case_id: int

    @property
    def sha256(self) -> str:
        """Fingerprint of every answer: what the person who hands in has read."""
        return hand_ins.fingerprint_of(self.content)

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


def own_page(actor: Actor, application_id: int) -> OwnPage | None:
    """Everything about the actor's own application, for the task list and for checking before hand-in."""
    application = own(actor, application_id)
    if application is None:
        return None
    definition = form_of(application)
    around = surroundings(application.call)
    supplement = open_supplement(application)
    opened = applications.open_sections(definition, application.status, supplement.parts if supplement else ())
    saved = draft_rows(actor, application_id, definition).saved()
    before = frozen_content(application.id, application.version_number) if application.version_number else None
    if before is not None:
        saved = hand_ins.with_locked_answers(definition, saved, before, opened)
    texts = answers.texts_of(saved)
    content = hand_ins.answers_content(definition, texts, around)
    if before is not None:
        content = hand_ins.with_locked_parts(content, before, opened)
    problems = [
        *applications.problems(definition, texts, around, sections=opened),
        *applications.unexplained_numbers(definition, saved, sections=opened),
    ]
    return OwnPage(
        head=head_of(application, supplement, Audience.PARTY),
        supplement=supplement,
        tasks=tuple(
            _task(section, texts, around, section.key in opened, _is_changed(section, content, before))
            for section in definition.asked(texts).sections
        ),
        problems=tuple(
            Problem(section.key, section.title, wrong.message, answers.field_id(definition, wrong.field or ""))
            for section, wrong in problems
        ),
        remarks=tuple(
            Problem(section.key, section.title, remark.message, answers.field_id(definition, remark.field))
            for section, remark in remarks.remarks(definition, texts, around, sections=opened)
        ),
        sections=tuple(
            _shown(section, content["sections"][place], section.key in opened, saved)
            for place, section in enumerate(definition.sections)
        ),
        content=content,
        may_submit=_who_may_submit(application),
        status=application.status,
        organisation_id=application.organisation_id,
        case_id=application.case_id,
    )


def own_page_anew(actor: Actor, application_id: int) -> OwnPage | None:
    """The same after an act of this very request: what others wrote meanwhile is not in the snapshot that was read."""
    db.close_read_session()
    return own_page(actor, application_id)


def _is_changed(section: Section, content: dict[str, Any], before: dict[str, Any] | None) -> bool:
    return before is None or any(
        difference.changed
        for _, differences in hand_ins.differences(before, content, {section.key})
        for difference in differences
    )


def _task(section: Section, texts: Mapping[str, str], around: Surroundings, is_open: bool, is_changed: bool) -> Task:
    if not is_open:
        return Task(section.key, section.title, section.group, "Låst: ingår inte.", TaskState.DONE, False)
    if not section.questions:
        hint = "Inget att svara på, utifrån era andra svar."
        return Task(section.key, section.title, section.group, hint, TaskState.NOT_NEEDED, False)
    state = applications.section_state(section, texts, around, must_change=not is_changed)
    return Task(section.key, section.title, section.group, _hint(section, texts, around, state), state, True)


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
    is_open: bool,
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
            )
            for answer in content["answers"]
        ),
        is_open,
    )


def _shown_files(answer: dict[str, Any], draft: Draft, records: Mapping[str, ShownFile]) -> tuple[ShownFile, ...]:
    if "files" not in answer:
        return ()
    by_draft = {
        file.sha256: ShownFile(file.line, file.id, 0, file.status is FileStatus.READY, FILE_TEXTS[file.status])
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
            select(User.name, MandateRow.role)
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
    return tuple(f"{name}, {role.text}" for name, role in rows)


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
    is_open: bool
    organisation_id: int
    case_id: int
    saved_at: datetime | None
    """When somebody last saved an answer of the section."""
    asked: frozenset[int]
    """The questions that are asked with the answers that are saved; the others are hidden."""

    @property
    def open_questions(self) -> frozenset[int]:
        """The questions that are on the page, hidden ones too: what is typed in them is kept."""
        return frozenset(question.number for question in self.section.questions)


def section_page(actor: Actor, application_id: int, key: str) -> SectionPage | None:
    """A section of the actor's own application. At most eight queries, session and user included."""
    application = own(actor, application_id)
    if application is None:
        return None
    definition = form_of(application)
    section = definition.section(key)
    if section is None:
        return None
    kinds = {question.type for question in section.questions}
    supplement = open_supplement(application)
    opened = applications.open_sections(definition, application.status, supplement.parts if supplement else ())
    rows = draft_rows(actor, application_id, definition, budget=QuestionType.BUDGET in kinds)
    saved = rows.saved()
    if supplement is not None and definition.conditions:
        before = frozen_content(application.id, supplement.version_before)
        saved = hand_ins.with_locked_answers(definition, saved, before, opened) if before else saved
    asked = definition.asked(answers.texts_of(saved))
    keys = [each.key for each in asked.sections if each.questions or each.key == key]
    later = [each for each in keys[keys.index(key) + 1 :] if each in opened]
    own_rows = [row for key, row in rows.rows.items() if answers.question_of(definition, key) in section.questions]
    return SectionPage(
        head=head_of(application, supplement, Audience.PARTY),
        definition=definition,
        section=section,
        part=keys.index(key) + 1,
        of=len(keys),
        next_key=later[0] if later else "",
        draft=saved,
        around=surroundings(application.call, with_homes=QuestionType.YOUTH_HOMES in kinds)
        if kinds & {QuestionType.BUDGET, QuestionType.YOUTH_HOMES}
        else Surroundings(),
        supplement=supplement,
        is_open=key in opened,
        organisation_id=application.organisation_id,
        case_id=application.case_id,
        saved_at=max((row.changed_at for row in own_rows), default=None),
        asked=frozenset(question.number for each in asked.sections if each.key == key for question in each.questions),
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
            _shown(Section(section["key"], section["title"], "", ()), section, False, {}, files)
            for section in content["sections"]
        ),
        record_id=found.id,
        others=tuple(
            (each, json.loads(row.FrozenVersion.content)["what"], row.FrozenVersion.frozen_at)
            for each, row in sorted(versions.items())
        ),
    )
