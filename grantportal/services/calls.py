"""Utlysningar: written as a draft, published whole, never changed after that."""

from grantportal.domain import clock, personal_numbers
from grantportal.domain.actors import Actor
from grantportal.domain.calls import (
    CALL,
    PROMISED,
    CallAction,
    CallKind,
    WriteCall,
    ensure_dates_hold,
    ensure_extends,
    ensure_publishable,
)
from grantportal.domain.errors import NotVisible, RuleViolation
from grantportal.domain.events import EventKind
from grantportal.models.calls import Call, CallYear
from grantportal.policy import Permission, require
from grantportal.queries import calls, grants
from grantportal.transaction import Act, transaction


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


def publish(actor: Actor, call_id: int) -> None:
    """The officer publishes the call: years, villkor, questions and expected results are known before anybody applies."""
    with transaction(actor, EventKind.CALL_PUBLISHED) as act:
        call = calls.get(act.actor, call_id, lock=True)
        if call is None:
            raise NotVisible
        grants.year_frames(call.grant_id, calls.years_of(call_id), lock=True)
        grant = grants.get(call.grant_id, lock=True)
        if grant is None:
            raise NotVisible
        require(act.actor, Permission.PUBLISH_CALL)
        status = CALL.after(call.status, CallAction.PUBLISH)
        ensure_publishable(calls.readiness(call), clock.today())
        for name in PROMISED:
            setattr(call, name, getattr(grant, name))
        call.last_category = max(each.position for each in grants.cost_categories(call.grant_id))
        call.status = status
        call.published_at = clock.received()
        act.about(call, title=call.title, years=list(calls.years_of(call_id)), last_day=call.last_day.isoformat())


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
