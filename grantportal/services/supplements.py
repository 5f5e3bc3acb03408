"""Komplettering of an application: asked for by the officer, answered by the party, or closed unanswered."""

from grantportal import policy
from grantportal.domain import answers, applications, clock, hand_ins, opened, personal_numbers, supplements
from grantportal.domain.actors import Actor, Role
from grantportal.domain.applications import APPLICATION, ApplicationAction
from grantportal.domain.calls import CallStatus
from grantportal.domain.cases import Direction, RecordKind
from grantportal.domain.errors import NotVisible, RuleViolation
from grantportal.domain.events import EventKind
from grantportal.domain.hand_ins import AsRead
from grantportal.domain.opened import Opened
from grantportal.domain.supplements import SUPPLEMENT, MoreTime, RequestSupplement, SupplementAction
from grantportal.domain.texts import few
from grantportal.effects import notices, records
from grantportal.effects.hand_in import hand_in
from grantportal.models.cases import Case
from grantportal.models.supplements import Supplement, SupplementPart
from grantportal.policy import Permission
from grantportal.queries import applications as application_queries
from grantportal.queries import cases
from grantportal.queries import supplements as queries
from grantportal.transaction import transaction


def request(actor: Actor, application_id: int, command: RequestSupplement) -> int:
    """Begär komplettering: opens the chosen sections, questions and budget rows until a last day; the rest stays locked.

    Answers the request's id.
    """
    with transaction(actor, EventKind.SUPPLEMENT_REQUESTED) as act:
        application = application_queries.locked(act.actor, application_id, with_call=True)
        if application is None:
            raise NotVisible
        case = application.case
        policy.require(act.actor, Permission.REQUEST_SUPPLEMENT, application)
        supplements.ensure_is_tried(call_is_withdrawn=application.call.status is CallStatus.WITHDRAWN)
        if queries.open_row(application.id) is not None:
            raise RuleViolation("En komplettering är redan begärd och väntar på svar. Inget nytt är begärt.")
        definition = application_queries.form_of(application)
        around = application_queries.surroundings(application.call, with_homes=False)
        handed_in = application_queries.frozen_content(application.id, application.version_number)
        tree = opened.tree(hand_ins.as_asked(definition, handed_in or {"sections": []}), around)
        known = {part.key for branch in tree for part in branch.walk()}
        supplements.ensure_request_holds(command, known=known, today=clock.today())
        kept = personal_numbers.kept(command.texts(), command.number_reason)
        parts = opened.without_repeats(command.parts, command.notes, tree)
        notes = {part: command.notes.get(part, "") for part in parts}
        application.status = APPLICATION.after(application.status, ApplicationAction.REQUEST_SUPPLEMENT)
        supplement = Supplement(
            case_id=case.id,
            organisation_id=application.organisation_id,
            application_id=application.id,
            reason=command.told,
            is_injunction=command.is_injunction,
            last_day=command.last_day,
            requested_by_id=act.actor.user_id,
            requested_at=clock.now(),
            version_before=application.version_number,
            parts=[SupplementPart(part=part, note=note or None) for part, note in notes.items()],
        )
        act.session.add(supplement)
        act.session.flush()
        asked = opened.asked(definition, notes, around)
        day = clock.day_text(command.last_day)
        records.add_record(
            act,
            case,
            RecordKind.SUPPLEMENT_REQUEST,
            Direction.OUT,
            counterpart=application.organisation.name,
            text="\n\n".join(
                (
                    command.told,
                    "Öppna delar:\n" + "\n".join(each.written for each in asked),
                    f"Svara senast {day}.",
                )
            ),
        )
        titles = few([each.full_title for each in asked], "; ")
        notices.tell_party(
            act,
            case,
            "Ni behöver komplettera ansökan",
            f"Svara senast {day}. Det gäller: {titles}"
            + (f". {supplements.INJUNCTION}" if command.is_injunction else ""),
            *policy.who_answers(parts),
        )
        act.about(supplement, parts=list(parts), last_day=command.last_day.isoformat(), **kept)
        return supplement.id


def answer(actor: Actor, supplement_id: int, command: AsRead | None = None) -> None:
    """Skicka in kompletteringen: a new frozen version where only what is opened is new.

    `command` says what the person has read, where somebody reads it on a page.
    """
    with transaction(actor, EventKind.SUPPLEMENT_ANSWERED) as act:
        supplement = _locked(act.actor, supplement_id)
        policy.require(act.actor, Permission.SUBMIT_CASE, supplement)
        supplement.status = SUPPLEMENT.after(supplement.status, SupplementAction.ANSWER)
        application = queries.application_of(supplement)
        application.status = APPLICATION.after(application.status, ApplicationAction.ANSWER_SUPPLEMENT)
        definition = application_queries.form_of(application)
        around = application_queries.surroundings(application.call)
        before = application_queries.frozen_content(application.id, supplement.version_before)
        if before is None:
            raise LookupError(f"application {application.id} was supplemented without a frozen version")
        is_open = Opened.of(definition, {part.part for part in supplement.parts})
        draft = application_queries.draft_rows(act.actor, application.id, definition).saved()
        saved = hand_ins.with_locked_answers(definition, draft, before, is_open, around)
        texts = answers.texts_of(saved)
        answered = hand_ins.answers_content(definition, texts, around)
        content = hand_ins.with_locked_parts(definition, answered, before, is_open, around)
        hand_ins.ensure_read(command, now=hand_ins.fingerprint_of(application_queries.heading_of(application), content))
        applications.ensure_complete(definition, texts, around, opened=is_open)
        applications.ensure_numbers_explained(definition, saved, opened=is_open)
        asked = is_open.asked(definition.asked(texts))
        version = hand_in(act, application, content, "Komplettering", answers.reasons_of(asked, saved))
        supplement.ended_by_id, supplement.ended_at = act.actor.user_id, clock.received()
        supplement.version_after = version.number
        case = application.case
        sender = application.organisation.name
        records.add_record(
            act, case, RecordKind.SUPPLEMENT_ANSWER, Direction.IN, counterpart=sender, frozen=version, rendered=True
        )
        records.add_attachments(act, case, answers.files_of(asked, texts), counterpart=sender)
        received = clock.day_time_text(clock.received())
        notices.tell_party(act, case, "Kompletteringen är inskickad", f"Vi tog emot den {received}.")
        notices.tell_authority(
            act, case, "Komplettering har kommit in", f"{sender}, {case.registration_number}.", Role.HANDLAGGARE
        )
        act.about(supplement, version=version.number)


def ask_more_time(actor: Actor, supplement_id: int, command: MoreTime) -> None:
    """Be om längre tid: the party says until when and why. The last day holds until an officer has given more."""
    with transaction(actor, EventKind.SUPPLEMENT_TIME_ASKED) as act:
        case, supplement = _locked_with_case(act.actor, supplement_id)
        policy.require(act.actor, Permission.ASK_MORE_TIME, supplement)
        supplement.status = SUPPLEMENT.after(supplement.status, SupplementAction.ASK_MORE_TIME)
        supplements.ensure_more_time_holds(command, last_day=supplement.last_day, today=clock.today())
        kept = personal_numbers.kept({"reason": command.reason}, command.number_reason)
        sender, day = case.organisation.name, clock.day_text(command.last_day)
        records.add_record(
            act,
            case,
            RecordKind.MORE_TIME_ASKED,
            Direction.IN,
            counterpart=sender,
            report_id=supplement.report_id,
            text=f"{command.reason}\n\nÖnskad sista dag: {day}.",
        )
        notices.tell_authority(
            act,
            case,
            "Längre tid är begärd",
            f"{sender}, {case.registration_number}: önskar svara senast {day}.",
            Role.HANDLAGGARE,
        )
        act.about(supplement, last_day=command.last_day.isoformat(), **kept)


def extend(actor: Actor, supplement_id: int, command: MoreTime) -> None:
    """Förläng tiden: a later last day, with the reason, also when the party has not asked for it."""
    with transaction(actor, EventKind.SUPPLEMENT_EXTENDED) as act:
        case, supplement = _locked_with_case(act.actor, supplement_id)
        policy.require(act.actor, Permission.EXTEND_TIME, supplement)
        supplement.status = SUPPLEMENT.after(supplement.status, SupplementAction.EXTEND)
        supplements.ensure_time_given_holds(command, last_day=supplement.last_day, today=clock.today())
        kept = personal_numbers.kept({"reason": command.reason}, command.number_reason)
        before, day = clock.day_text(supplement.last_day), clock.day_text(command.last_day)
        supplement.last_day, supplement.extended_on = command.last_day, clock.today()
        records.add_record(
            act,
            case,
            RecordKind.MORE_TIME_GIVEN,
            Direction.OUT,
            counterpart=case.organisation.name,
            report_id=supplement.report_id,
            text=f"{command.reason}\n\nSvara senast {day}, i stället för {before}.",
        )
        notices.tell_party(
            act,
            case,
            "Ni har fått längre tid att komplettera",
            f"Svara senast {day}.",
            *policy.who_answers(queries.parts_of(supplement.id)),
        )
        act.about(supplement, last_day=command.last_day.isoformat(), **kept)


def close(actor: Actor, supplement_id: int) -> None:
    """Stäng kompletteringen: unanswered in time, the application is assessed as it stands."""
    with transaction(actor, EventKind.SUPPLEMENT_CLOSED) as act:
        supplement = _locked(act.actor, supplement_id)
        policy.require(act.actor, Permission.CLOSE_SUPPLEMENT, supplement)
        supplement.status = SUPPLEMENT.after(supplement.status, SupplementAction.CLOSE)
        supplements.ensure_time_is_out(supplement.last_day, clock.now())
        application = queries.application_of(supplement)
        application.status = APPLICATION.after(application.status, ApplicationAction.CLOSE_SUPPLEMENT)
        supplement.ended_by_id, supplement.ended_at = act.actor.user_id, clock.now()
        told = supplements.closed_text(supplement.last_day, supplements.follows(is_injunction=supplement.is_injunction))
        records.add_record(
            act,
            application.case,
            RecordKind.SUPPLEMENT_CLOSED,
            Direction.OUT,
            counterpart=application.organisation.name,
            text=told,
        )
        notices.tell_party(act, application.case, "Kompletteringen är stängd", told)
        act.about(supplement)


def _locked_with_case(actor: Actor, supplement_id: int) -> tuple[Case, Supplement]:
    case_id = queries.case_id_of(supplement_id)
    if case_id is None:
        raise NotVisible
    case = cases.locked(case_id)
    supplement = queries.either(actor, supplement_id)
    if supplement is None:
        raise NotVisible
    return case, supplement


def _locked(actor: Actor, supplement_id: int) -> Supplement:
    case_id = queries.case_id_of(supplement_id)
    if case_id is None:
        raise NotVisible
    cases.locked(case_id)
    supplement = queries.get(actor, supplement_id)
    if supplement is None:
        raise NotVisible
    return supplement
