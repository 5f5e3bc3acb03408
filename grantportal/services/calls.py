"""Utlysningar: written as a draft, published whole, and after that changed by named acts only."""

from grantportal import db
from grantportal.domain import clock, personal_numbers
from grantportal.domain.actors import SYSTEM, Actor
from grantportal.domain.applications import (
    APPLICATION,
    CALL_WITHDRAWN,
    ApplicationAction,
    ApplicationStatus,
    withdrawn_text,
)
from grantportal.domain.calls import (
    CALL,
    CORRECTABLE,
    LAST_DAY,
    PROMISED,
    CallAction,
    CallChangeKind,
    CallKind,
    ChangeLastDay,
    CorrectTexts,
    PublishCall,
    WithdrawCall,
    WriteCall,
    corrected,
    ensure_changes_seen,
    ensure_closes_early,
    ensure_confirmed,
    ensure_dates_hold,
    ensure_extends,
    ensure_extends_time,
    ensure_extras_confirmed,
    ensure_nothing_decided,
    ensure_publishable,
    ensure_terms_seen,
    is_open,
)
from grantportal.domain.cases import Direction, RecordKind
from grantportal.domain.errors import NotVisible, RuleViolation, SavedMeanwhile
from grantportal.domain.events import EventKind
from grantportal.domain.supplements import SUPPLEMENT, SupplementAction
from grantportal.effects.notices import tell_call_opened, tell_party
from grantportal.effects.records import add_record
from grantportal.models.calls import Call, CallChange, CallYear
from grantportal.policy import Permission, party_roles, require
from grantportal.queries import calls, grants
from grantportal.queries.calls import EndedByCall
from grantportal.transaction import Act, transaction

NOTHING_TO_CONFIRM = PublishCall()


def create(actor: Actor, grant_id: int, command: WriteCall) -> int:
    """The officer begins a call; nobody outside the authority sees it until it is published."""
    with transaction(actor, EventKind.CALL_CREATED) as act:
        if grants.get(grant_id) is None:
            raise NotVisible
        require(act.actor, Permission.CREATE_CALL)
        call = Call(grant_id=grant_id)
        _write(act, call, command)
        act.about(call, title=call.title)
        return call.id


def change(actor: Actor, call_id: int, command: WriteCall) -> None:
    """The officer changes a call that is not yet published."""
    with transaction(actor, EventKind.CALL_CHANGED) as act:
        call = calls.get(act.actor, call_id, lock=True)
        if call is None:
            raise NotVisible
        require(act.actor, Permission.CREATE_CALL)
        CALL.after(call.status, CallAction.EDIT)
        _write(act, call, command)
        act.about(call, title=call.title)


def publish(actor: Actor, call_id: int, command: PublishCall = NOTHING_TO_CONFIRM) -> None:
    """The officer publishes the call: years, villkor, questions and expected results are known before anybody applies."""
    with transaction(actor, EventKind.CALL_PUBLISHED) as act:
        call = calls.get(act.actor, call_id, lock=True)
        if call is None:
            raise NotVisible
        main = calls.open_main(call, lock=True)
        grants.year_frames(call.grant_id, calls.years_of(call_id), lock=True)
        grant = grants.get(call.grant_id, lock=True)
        if grant is None:
            raise NotVisible
        require(act.actor, Permission.PUBLISH_CALL)
        status = CALL.after(call.status, CallAction.PUBLISH)
        ensure_publishable(calls.readiness(call), clock.today())
        ensure_terms_seen(command, calls.terms(call))
        ensure_confirmed(command, main)
        for name in PROMISED:
            setattr(call, name, getattr(grant, name))
        call.grant_title = grant.title
        call.last_category = max(each.position for each in grants.cost_categories(call.grant_id))
        call.status = status
        call.published_at = clock.received()
        confirmed = {"confirmed": main.statement} if main else {}
        years = list(calls.years_of(call_id))
        act.about(call, title=call.title, years=years, last_day=call.last_day.isoformat(), **confirmed)


class _NotDue(Exception):
    """Somebody has told, closed or withdrawn meanwhile."""


def tell_opened() -> int:
    """Tell those who may apply that a call has opened: by the clock, once, however long no worker has been there.

    Answers how many calls were told of.
    """
    # Not what an earlier round has read.
    db.close_read_session()
    due = calls.opened_untold()
    db.close_read_session()
    return sum(_tell_opened(call_id) for call_id in due)


def _tell_opened(call_id: int) -> bool:
    try:
        with transaction(SYSTEM, EventKind.CALL_OPENED) as act:
            call = calls.get(act.actor, call_id, lock=True)
            if call is None or call.opening_told_on is not None or not is_open(calls.facts_of(call), clock.now()):
                raise _NotDue
            call.opening_told_on = clock.today()
            for organisation_id in calls.to_tell_of(call):
                tell_call_opened(act, organisation_id, call)
            act.about(call, title=call.title)
    except (_NotDue, SavedMeanwhile):
        # What meets another act at the same second is left to the next round.
        return False
    return True


def extend(actor: Actor, call_id: int, command: ChangeLastDay) -> None:
    """Förläng ansökningstiden: for everybody, also for those who have come in too late meanwhile."""
    with transaction(actor, EventKind.CALL_EXTENDED) as act:
        call = _to_change(act, call_id, CallAction.EXTEND, command.seen)
        ensure_nothing_decided(calls.made_decisions(call_id), "förlängas")
        pay_days = [year.pay_on for year in calls.years_of(call_id).values()]
        ensure_extends_time(command, last_day=call.last_day, today=clock.today(), pay_days=pay_days)
        extras = calls.published_extras(call_id)
        ensure_extras_confirmed(command, extras)
        _reasoned(command.reason)
        before, day = clock.day_text(call.last_day), clock.day_text(command.last_day)
        _move_last_day(act, call, CallChangeKind.EXTENDED, command)
        call.status_reason = None
        _tell(
            act,
            call,
            "Ni har fått längre tid att ansöka",
            f"Sista dagen för «{call.title}» är {day}, i stället för {before}. Skäl: {command.reason}",
        )
        confirmed = {"confirmed": extras.statement} if extras else {}
        act.about(call, last_day=command.last_day.isoformat(), reason=command.reason, **confirmed)


def close_early(actor: Actor, call_id: int, command: ChangeLastDay) -> None:
    """Stäng i förtid: an earlier last day, at the earliest today. What comes later is received, and marked as late."""
    with transaction(actor, EventKind.CALL_CLOSED_EARLY) as act:
        call = _to_change(act, call_id, CallAction.CLOSE_EARLY, command.seen)
        opens_on = clock.stockholm(call.opens_at).date()
        ensure_closes_early(command, last_day=call.last_day, opens_on=opens_on, today=clock.today())
        _reasoned(command.reason)
        before, day = clock.day_text(call.last_day), clock.day_text(command.last_day)
        _move_last_day(act, call, CallChangeKind.CLOSED_EARLY, command)
        call.status_reason = command.reason
        _tell(
            act,
            call,
            "Utlysningen stängs i förtid",
            f"Sista dagen för «{call.title}» är {day}, i stället för {before}. Skäl: {command.reason}",
        )
        act.about(call, last_day=command.last_day.isoformat(), reason=command.reason)


def correct(actor: Actor, call_id: int, command: CorrectTexts) -> None:
    """Rätta en text: what it said, what it says now and why stay to be read."""
    with transaction(actor, EventKind.CALL_CORRECTED) as act:
        call = _to_change(act, call_id, CallAction.CORRECT, command.seen)
        before = {name: getattr(call, name) for name in CORRECTABLE}
        after = corrected(command, before)
        personal_numbers.ensure_none(after, personal_numbers.IN_PUBLISHED)
        _reasoned(command.reason)
        for name, text in after.items():
            setattr(call, name, text)
            _note(act, call, CallChangeKind.CORRECTED, name, before[name], text, command.reason)
        if "title" in after:
            for case in calls.locked_cases(call_id):
                case.title = call.title
        what = " och ".join(f"«{CORRECTABLE[name]}»" for name in after)
        _tell(
            act,
            call,
            "En text i utlysningen är rättad",
            f"Det gäller {what} i «{before['title']}». Läs ändringen på utlysningens sida. Skäl: {command.reason}",
        )
        act.about(call, texts=after, reason=command.reason)


def withdraw(actor: Actor, call_id: int, command: WithdrawCall) -> None:
    """Återta utlysningen: drafts can no longer be handed in, and what has been handed in is struck by decision."""
    with transaction(actor, EventKind.CALL_WITHDRAWN) as act:
        call = _to_change(act, call_id, CallAction.WITHDRAW, command.seen)
        applications = calls.locked_applications(call_id)
        ensure_nothing_decided(calls.made_decisions(call_id), "återtas")
        extras = calls.published_extras(call_id)
        ensure_extras_confirmed(command, extras)
        _reasoned(command.reason)
        call.status = CALL.after(call.status, CallAction.WITHDRAW)
        call.status_reason = command.reason
        _note(act, call, CallChangeKind.WITHDRAWN, "", "", "", command.reason)
        for each in applications:
            _end_with_call(act, call, each)
        confirmed = {"confirmed": extras.stays} if extras else {}
        act.about(call, title=call.title, reason=command.reason, **confirmed)


def _end_with_call(act: Act, call: Call, ended: EndedByCall) -> None:
    """Nothing of the application is asked for any more, and its case says why."""
    case, application, supplement = ended.case, ended.application, ended.supplement
    is_draft = application.status is ApplicationStatus.DRAFT
    act.also(EventKind.APPLICATION_CALL_WITHDRAWN, application)
    if supplement is not None:
        supplement.status = SUPPLEMENT.after(supplement.status, SupplementAction.CLOSE)
        supplement.ended_by_id, supplement.ended_at = act.actor.user_id, clock.now()
        application.status = APPLICATION.after(application.status, ApplicationAction.CLOSE_SUPPLEMENT)
        act.also(EventKind.SUPPLEMENT_CLOSED, supplement)
    told = withdrawn_text(call.title, call.status_reason or "", is_draft=is_draft, was_to_answer=supplement is not None)
    if not is_draft:
        add_record(
            act,
            case,
            RecordKind.CALL_WITHDRAWN,
            Direction.OUT,
            counterpart=application.organisation.name,
            text=told,
        )
    tell_party(act, case, CALL_WITHDRAWN, told, *party_roles(Permission.FILL_AND_CHANGE))


def _to_change(act: Act, call_id: int, action: CallAction, seen: int) -> Call:
    """The call, locked, where the actor may do this to it and has read what it has been changed by."""
    call = calls.get(act.actor, call_id, lock=True)
    if call is None:
        raise NotVisible
    require(act.actor, Permission.CHANGE_PUBLISHED_CALL)
    CALL.after(call.status, action)
    ensure_changes_seen(seen, len(calls.changes_of(call_id)))
    return call


def _reasoned(reason: str) -> None:
    if not reason:
        raise RuleViolation("Skriv varför. Alla kan läsa skälet på utlysningens sida.", field="reason")
    personal_numbers.ensure_none({"reason": reason}, personal_numbers.IN_PUBLISHED)


def _move_last_day(act: Act, call: Call, kind: CallChangeKind, command: ChangeLastDay) -> None:
    action = CallAction.EXTEND if kind is CallChangeKind.EXTENDED else CallAction.CLOSE_EARLY
    _note(act, call, kind, LAST_DAY, call.last_day.isoformat(), command.last_day.isoformat(), command.reason)
    call.status = CALL.after(call.status, action)
    call.last_day = command.last_day


def _note(act: Act, call: Call, kind: CallChangeKind, field: str, was: str, becomes: str, reason: str) -> None:
    act.session.add(
        CallChange(
            call_id=call.id,
            kind=kind,
            field=field,
            was=was,
            becomes=becomes,
            reason=reason,
            made_by_id=act.actor.user_id,
            made_at=clock.now(),
        )
    )
    act.session.flush()


def _tell(act: Act, call: Call, title: str, text: str) -> None:
    """Tell all who have begun or handed in an application that is not concluded, each in its own case."""
    for each in calls.open_applications(call.id):
        tell_party(act, each, title, text, *party_roles(Permission.FILL_AND_CHANGE))


def _write(act: Act, call: Call, command: WriteCall) -> None:
    ensure_dates_hold(command)
    texts = {name: getattr(command, name) for name in ("title", "about", "eligible")}
    personal_numbers.ensure_none(texts, personal_numbers.IN_PUBLISHED)
    _ensure_choices(call.grant_id, command)
    if command.extends_id is not None:
        extended = calls.get(act.actor, command.extends_id)
        if extended is None or extended.grant_id != call.grant_id or extended.id == call.id:
            raise RuleViolation("Välj en vanlig utlysning av samma statsbidrag.", field="extends_id")
        ensure_extends(
            years=[year.grant_year for year in command.years],
            extended_kind=extended.kind,
            extended_status=extended.status,
            extended_years=list(calls.years_of(extended.id)),
        )
    call.kind = CallKind.EXTRA if command.extends_id is not None else CallKind.ORDINARY
    call.extends_id = command.extends_id
    call.title = command.title
    call.about = command.about
    call.eligible = command.eligible
    call.opens_at = clock.local(command.opens_on)
    call.last_day = command.last_day
    call.application_form_id = command.application_form_id
    call.report_form_id = command.report_form_id
    call.framework_version_id = command.framework_version_id
    call.condition_set_id = command.condition_set_id
    call.comment_percent = command.comment_percent
    call.comment_kronor = command.comment_kronor
    call.is_example = command.is_example
    act.session.add(call)
    act.session.flush()
    _write_years(act, call, command)


def _ensure_choices(grant_id: int, command: WriteCall) -> None:
    """Everything that is chosen is published, and the same statsbidrag's."""
    known = calls.choices(grant_id)
    if known is None:
        raise NotVisible
    for field, chosen, versions in (
        ("application_form_id", command.application_form_id, known.application_forms),
        ("report_form_id", command.report_form_id, known.report_forms),
        ("framework_version_id", command.framework_version_id, known.frameworks),
        ("condition_set_id", command.condition_set_id, known.conditions),
    ):
        if chosen is not None and chosen not in {version.id for version in versions}:
            raise RuleViolation("Välj en av de publicerade versionerna.", field=field)
    without = [str(year.grant_year) for year in command.years if year.grant_year not in known.years]
    if without:
        raise RuleViolation(f"Ange först ram för {', '.join(without)}.", field="years")


def _write_years(act: Act, call: Call, command: WriteCall) -> None:
    existing = calls.years_of(call.id)
    for year in command.years:
        row = existing.pop(year.grant_year, None)
        if row is None:
            row = CallYear(call_id=call.id, grant_year=year.grant_year)
            act.session.add(row)
        row.pay_on = year.pay_on
        row.report_opens_on = year.report_opens_on
        row.report_due_on = year.report_due_on
    for row in existing.values():
        act.session.delete(row)
    act.session.flush()
