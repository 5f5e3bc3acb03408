"""Ansökan: begin, write, hand in, withdraw."""

from dataclasses import replace

from sqlalchemy.orm import Session

from grantportal import policy
from grantportal.domain import answers, applications, clock, hand_ins, personal_numbers
from grantportal.domain.actors import Actor, Role
from grantportal.domain.answers import NOTHING, Answered, FetchAnswer, SaveAnswers, Saved, Staff, Surroundings
from grantportal.domain.applications import (
    APPLICATION,
    ApplicationAction,
    ApplicationStatus,
    StartApplication,
)
from grantportal.domain.calls import CallKind, ensure_still_takes
from grantportal.domain.cases import CaseKind, Direction, RecordKind
from grantportal.domain.decisions import AFTER_DECISION
from grantportal.domain.earlier_answers import EarlierAnswer, earlier_answer, is_same
from grantportal.domain.errors import NotVisible, RuleViolation, TextClash
from grantportal.domain.events import EventKind
from grantportal.domain.forms import FIELD_PREFIX, FormDefinition, Question
from grantportal.domain.hand_ins import AsRead
from grantportal.domain.opened import Opened
from grantportal.domain.supplements import SUPPLEMENT, SupplementAction
from grantportal.domain.texts import one_line
from grantportal.effects import notices, records
from grantportal.effects.hand_in import hand_in
from grantportal.models.applications import Answer, Application, BudgetLine, StaffAmount, StaffRow
from grantportal.models.cases import Case
from grantportal.policy import Permission
from grantportal.queries import applications as queries
from grantportal.queries import decisions, earlier_answers, supplements
from grantportal.transaction import Bookkeeping, bookkeeping, transaction

CANNOT_FETCH = "Svaret går inte att hämta. Ladda om sidan och se vad som går."


def start(actor: Actor, call_id: int, command: StartApplication) -> int:
    """Påbörja ansökan: a case without number and an empty draft, one for each sökande verksamhet. Answers its id."""
    with transaction(actor, EventKind.APPLICATION_STARTED) as act:
        call = queries.call_with_grant(call_id, lock=True)
        organisation = queries.organisation(command.organisation_id)
        if call is None or organisation is None:
            raise NotVisible
        policy.require(act.actor, Permission.START_CASE, organisation)
        applications.ensure_call_has_opened(call.status, call.opens_at, clock.received())
        applications.ensure_may_apply(
            organisation.kind, call.kind, is_grantee=queries.is_grantee(call, organisation.id)
        )
        personal_numbers.ensure_none({"applicant_unit": command.applicant_unit}, personal_numbers.IN_NAME)
        is_extra = call.kind is CallKind.EXTRA
        case = Case(
            kind=CaseKind.EXTRA_APPLICATION if is_extra else CaseKind.APPLICATION,
            grant_id=call.grant_id,
            organisation_id=organisation.id,
            parent_id=queries.ordinary_case(call, organisation.id) if is_extra else None,
            title=call.title,
            opened_at=clock.now(),
        )
        act.session.add(case)
        act.session.flush()
        application = Application(
            call_id=call.id,
            case_id=case.id,
            organisation_id=organisation.id,
            applicant_unit=one_line(command.applicant_unit),
            status=ApplicationStatus.DRAFT,
            started_by_id=_person(act.actor),
            started_at=clock.now(),
        )
        act.session.add(application)
        act.session.flush()
        act.about(application)
        return application.id


def save_section(actor: Actor, application_id: int, section: str, command: SaveAnswers) -> Saved:
    """Save what has been changed in a section, answer by answer.

    An answer that somebody else has saved meanwhile is not saved: both texts come back, and all the others are saved.
    An earlier answer that is asked for is saved where nothing is answered yet; else both texts come back.
    """
    with bookkeeping(Bookkeeping.DRAFTS, actor) as (session, now_actor):
        who = now_actor or actor
        application = _locked(who, application_id)
        policy.require(who, Permission.FILL_AND_CHANGE, application)
        if not APPLICATION.allows(application.status, ApplicationAction.EDIT):
            raise applications.locked_since(
                queries.told_status(application), queries.last_hand_in(application), applications.UNSAVED
            )
        definition = queries.form_of(application)
        part = definition.section(section)
        if part is None:
            raise NotVisible
        opened = queries.opened(application, definition)
        applications.ensure_open(part, opened)
        # Nothing is read that the section's own questions do not need: everybody else who saves waits for this.
        here = opened.within(part)
        around = queries.surroundings_for(application.call, here.asked(definition))
        stored = queries.draft_rows(who, application_id, definition, here)
        before = stored.saved()
        stamps: dict[str, str] = {}
        clashes: list[TextClash] = []
        warned: dict[str, str] = {}
        locked: set[str] = set()
        if personal_numbers.contains(command.reason):
            raise RuleViolation(personal_numbers.IN_REASON, field="reason")
        for key, text in command.values.items():
            question = answers.question_of(definition, key)
            if question is None or question not in part.questions:
                continue
            if not opened.takes(question, key):
                locked.add(key)
                continue
            answers.ensure_storable(question, key, text, around)
            was = before.get(key, NOTHING)
            answers.ensure_homes_open(question, text, was, around)
            if text != was.text and command.based_on.get(key) != was.stamp:
                theirs, yours = (answers.shown(question, key, each, around) for each in (was.text, text))
                clashes.append(TextClash(key, theirs, yours, was.by, was.version))
                stamps[key] = was.stamp
                continue
            warning = answers.personal_number_warning(question, text, was, command.reason)
            if warning:
                warned[key] = warning
                continue
            reason = (command.reason or was.reason) if personal_numbers.contains(text) else ""
            if text != was.text or reason != was.reason:
                row = stored.rows.get(key)
                fetched_from = getattr(row, "fetched_from_id", None)
                if not is_same(question, text, was.text):
                    claimed = command.fetched.get(key)
                    earlier = _earlier(who, application, definition, key, claimed, around) if claimed else None
                    fetched_from = claimed if earlier and is_same(question, text, earlier.value) else None
                _write(session, application, key, text, was, row, _person(who), reason, fetched_from)
            stamps[key] = was.stamp if text == was.text else _stamp_after(key, text, was)
        done = Saved(stamps, tuple(clashes), warned, frozenset(locked))
        if command.fetch is None:
            return done
        asked = answers.question_of(definition, command.fetch.key)
        if asked is None or asked not in part.questions or asked.number not in opened.questions:
            raise RuleViolation(CANNOT_FETCH, field=command.fetch.key)
        stored = queries.draft_rows(who, application_id, definition, here)
        return _fetched(
            session, who, application, definition, asked, around, stored, command.fetch, command.reason, done
        )


def _fetched(
    session: Session,
    actor: Actor,
    application: Application,
    definition: FormDefinition,
    question: Question,
    around: Surroundings,
    stored: queries.DraftRows,
    asked: FetchAnswer,
    reason: str,
    saved: Saved,
) -> Saved:
    """Take over an earlier answer, when the rest of the section is saved. Where there is an answer already, it is a clash."""
    key = asked.key
    if key in saved.warned or key in {clash.field for clash in saved.clashes}:
        return saved
    earlier = _earlier(actor, application, definition, key, asked.frozen_id, around)
    if earlier is None or not earlier.value:
        raise RuleViolation(CANNOT_FETCH, field=key)
    answers.ensure_storable(question, key, earlier.value, around)
    now = stored.saved().get(key, NOTHING)
    done = replace(saved, stamps={**saved.stamps, key: now.stamp}, offered={key: earlier.value})
    if now.text == earlier.value:
        return done
    if now.text:
        theirs, yours = (answers.shown(question, key, each, around) for each in (now.text, earlier.value))
        return replace(done, clashes=(*done.clashes, TextClash(key, theirs, yours, now.by, now.version)))
    warning = answers.personal_number_warning(question, earlier.value, now, reason)
    if warning:
        return replace(done, warned={**done.warned, key: warning})
    kept = reason if personal_numbers.contains(earlier.value) else ""
    _write(
        session,
        application,
        key,
        earlier.value,
        now,
        stored.rows.get(key),
        _person(actor),
        kept,
        fetched_from=asked.frozen_id,
    )
    return replace(done, stamps={**done.stamps, key: _stamp_after(key, earlier.value, now)})


def _earlier(
    actor: Actor,
    application: Application,
    definition: FormDefinition,
    key: str,
    frozen_id: int,
    around: Surroundings,
) -> EarlierAnswer | None:
    """The earlier answer as the portal reads it out of the frozen version: what a page says of it proves nothing."""
    question = answers.question_of(definition, key)
    content = earlier_answers.content_to_fetch(actor, application, frozen_id)
    if question is None or content is None:
        return None
    return earlier_answer(definition, question, content, around)


def _stamp_after(key: str, text: str, was: Answered) -> str:
    # An amount or a staff row that is emptied leaves no row behind: from then on it is as if never written.
    return answers.stamp(was.version + 1, text) if text or "-" not in key else NOTHING.stamp


def _write(
    session: Session,
    application: Application,
    key: str,
    text: str,
    was: Answered,
    row: "Answer | BudgetLine | StaffRow | None",
    user_id: int,
    reason: str,
    fetched_from: int | None = None,
) -> None:
    if row is not None:
        session.delete(row)
        session.flush()
    facts = {
        "application_id": application.id,
        "version": was.version + 1,
        "changed_by_id": user_id,
        "changed_at": clock.now(),
    }
    cell, position = answers.cell_of(key), answers.position_of(key)
    if cell is None and position is None:
        number = int(key.removeprefix(FIELD_PREFIX))
        session.add(
            Answer(
                question=number,
                value=text,
                personal_number_reason=reason or None,
                fetched_from_id=fetched_from,
                **facts,
            )
        )
    elif text and cell is not None:
        session.add(BudgetLine(grant_year=cell[0], cost_category_id=cell[1], amount=int(text), **facts))
    elif text:
        staff = Staff.of(text)
        amounts = [
            StaffAmount(grant_year=year, percent=staff.percents.get(year), amount=staff.costs.get(year))
            for year in sorted({*staff.percents, *staff.costs})
        ]
        session.add(StaffRow(position=position, profession=staff.profession, amounts=amounts, **facts))
    session.flush()


def submit(actor: Actor, application_id: int, command: AsRead | None = None) -> str:
    """Skicka in: from here on the application is an inkommen handling. Answers its diarienummer.

    One that comes after the last day is received too, and marked: a person decides what becomes of it. `command` says
    what the person has read, where somebody reads it on a page.
    """
    with transaction(actor, EventKind.APPLICATION_SUBMITTED) as act:
        application = _locked(act.actor, application_id, with_call=True)
        policy.require(act.actor, Permission.SUBMIT_CASE, application)
        status = APPLICATION.after(application.status, ApplicationAction.SUBMIT)
        ensure_still_takes(application.call.status)
        definition = queries.form_of(application)
        around = queries.surroundings(application.call)
        saved = queries.draft_rows(act.actor, application_id, definition).saved()
        texts = answers.texts_of(saved)
        content = hand_ins.answers_content(definition, texts, around)
        hand_ins.ensure_read(command, now=hand_ins.fingerprint_of(queries.heading_of(application), content))
        every = Opened.whole(definition)
        applications.ensure_complete(definition, texts, around, opened=every)
        applications.ensure_numbers_explained(definition, saved, opened=every)
        case = application.case
        number = records.register_case(act, case)
        application.status = status
        application.submitted_at = clock.received()
        application.submitted_by_id = act.actor.user_id
        asked = definition.asked(texts).questions
        reasons = answers.reasons_of(asked, saved)
        version = hand_in(act, application, content, "Ansökan", reasons)
        sender = application.organisation.name
        records.add_record(
            act, case, RecordKind.APPLICATION, Direction.IN, counterpart=sender, frozen=version, rendered=True
        )
        records.add_attachments(act, case, answers.files_of(asked, texts), counterpart=sender)
        late = applications.is_late(application.submitted_at, application.call.last_day)
        received = clock.day_time_text(application.submitted_at)
        records.add_record(
            act,
            case,
            RecordKind.RECEIPT,
            Direction.OUT,
            counterpart=sender,
            text=f"Vi tog emot er ansökan {received}. Diarienummer {number}."
            + (" Den kom in efter sista dagen. Vi bedömer om den kan prövas." if late else ""),
        )
        notices.tell_party(act, case, "Ansökan är inskickad", f"Vi tog emot ansökan {received}. Diarienummer {number}.")
        notices.tell_authority(
            act,
            case,
            "Sen ansökan har kommit in" if late else "Ny ansökan har kommit in",
            f"{sender}, {number}.",
            Role.HANDLAGGARE,
        )
        act.about(application, registration_number=number, version=version.number, late=late)
        return number


def withdraw(actor: Actor, application_id: int) -> None:
    """Återkalla ansökan: the ombud's word; the case ends by a decision to strike it."""
    with transaction(actor, EventKind.APPLICATION_WITHDRAWN) as act:
        application = _locked(act.actor, application_id)
        policy.require(act.actor, Permission.WITHDRAW_APPLICATION, application)
        withdrawn = APPLICATION.after(queries.told_status(application), ApplicationAction.WITHDRAW)
        unsent = decisions.unsent(application.id)
        if not unsent:
            application.status = withdrawn
        # Of what is decided and not sent it is noted, and told: whether it is sent all the same is for a person.
        application.withdrawn_at = clock.received()
        supplement = supplements.open_row(application.id)
        if supplement is not None:
            supplement.status = SUPPLEMENT.after(supplement.status, SupplementAction.CLOSE)
            supplement.ended_by_id, supplement.ended_at = act.actor.user_id, clock.received()
            act.also(EventKind.SUPPLEMENT_CLOSED, supplement)
        case = application.case
        sender = application.organisation.name
        records.add_record(
            act,
            case,
            RecordKind.WITHDRAWAL,
            Direction.IN,
            counterpart=sender,
            text=f"{sender} återkallar ansökan. Uppgiften lämnades av {act.actor.name}, ombud.",
        )
        said = f"{sender}, {case.registration_number}."
        if unsent:
            title = "Ansökan är återkallad efter beslutet"
            notices.tell_after_decision(act, case, title, said)
        else:
            notices.tell_authority(act, case, "Ansökan är återkallad", said, Role.HANDLAGGARE)
        act.about(application, **(AFTER_DECISION if unsent else {}))


def _locked(actor: Actor, application_id: int, *, with_call: bool = False) -> Application:
    application = queries.locked(actor, application_id, with_call=with_call)
    if application is None:
        raise NotVisible
    return application


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotVisible
    return actor.user_id
