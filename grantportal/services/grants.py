"""Statsbidrag: what they rest on, their frames, kostnadsslag and villkor."""

from grantportal.domain import clock, personal_numbers
from grantportal.domain.actors import Actor
from grantportal.domain.errors import NotVisible, RuleViolation
from grantportal.domain.events import EventKind
from grantportal.domain.grants import (
    AllotFrame,
    ConditionStatus,
    FrameStatus,
    PublishConditions,
    SetCategories,
    SetFrame,
    WriteGrant,
    ensure_appeal_has_provision,
    ensure_can_be_allotted,
    ensure_categories_stay,
    ensure_frame_covers,
    ensure_nothing_under_way,
    frame_change_told,
    status_after,
)
from grantportal.domain.payments import STATUS_TEXTS, PaymentStatus
from grantportal.effects.notices import tell_party
from grantportal.models.grants import Condition, ConditionSet, CostCategory, Grant, YearFrame
from grantportal.policy import Permission, party_roles, require
from grantportal.queries import calls, grants, payments
from grantportal.transaction import Act, transaction


def set_up(actor: Actor, command: WriteGrant) -> int:
    """The officer sets up a statsbidrag; what is not known yet must be known before a call is published."""
    with transaction(actor, EventKind.GRANT_SET_UP) as act:
        require(act.actor, Permission.SET_UP_GRANT)
        ensure_appeal_has_provision(command.appeal_variant, command.appeal_provision)
        grant = Grant(appeal_is_example=command.appeal_is_example)
        _write(grant, command)
        act.session.add(grant)
        act.session.flush()
        act.about(grant, title=grant.title)
        return grant.id


def change(actor: Actor, grant_id: int, command: WriteGrant) -> None:
    """The officer changes what the statsbidrag says: for drafts and calls to come, for a published call has its own."""
    with transaction(actor, EventKind.GRANT_CHANGED) as act:
        grant = _locked(grant_id)
        require(act.actor, Permission.SET_UP_GRANT)
        ensure_appeal_has_provision(command.appeal_variant, command.appeal_provision)
        unchanged = grant.appeal_provision == command.appeal_provision
        grant.appeal_is_example = command.appeal_is_example or (grant.appeal_is_example and unchanged)
        _write(grant, command)
        act.about(grant, title=grant.title, legal_basis=grant.legal_basis, appeal=grant.appeal_variant)


def _write(grant: Grant, command: WriteGrant) -> None:
    texts = ("title", "purpose", "assignment_refs", "legal_basis", "recovery_basis", "appeal_provision")
    personal_numbers.ensure_none({name: getattr(command, name) for name in texts}, personal_numbers.IN_PUBLISHED)
    grant.title = command.title
    grant.purpose = command.purpose
    grant.assignment_refs = command.assignment_refs
    grant.legal_basis = command.legal_basis
    grant.recovery_basis = command.recovery_basis
    grant.access = command.access
    grant.appeal_variant = command.appeal_variant
    grant.appeal_provision = command.appeal_provision


def _locked(grant_id: int) -> Grant:
    grant = grants.get(grant_id, lock=True)
    if grant is None:
        raise NotVisible
    return grant


def set_frame(actor: Actor, grant_id: int, command: SetFrame) -> None:
    """The officer adds or changes a year's frame, never below what is decided of it."""
    with transaction(actor, EventKind.GRANT_CHANGED) as act:
        frame = grants.year_frame(grant_id, command.grant_year, lock=True)
        if grants.get(grant_id) is None:
            raise NotVisible
        require(act.actor, Permission.SET_UP_GRANT)
        if frame is not None and command.adds:
            raise RuleViolation("Året har redan en ram. Gå tillbaka och ändra den i stället.", field="grant_year")
        before, most_before = (frame.frame, frame.max_grantees) if frame else (None, None)
        if frame is None:
            frame = YearFrame(grant_id=grant_id, grant_year=command.grant_year, frame=command.frame)
            act.session.add(frame)
        else:
            ensure_frame_covers(
                frame=command.frame, decided=frame.decided, most=command.max_grantees, grantees=frame.grantees
            )
            becomes = status_after(frame.status, frame=frame.frame, changed_to=command.frame)
            under_way = payments.under_way(grant_id, command.grant_year)
            ensure_nothing_under_way(
                frame.status,
                becomes,
                [f"{receiver} ({STATUS_TEXTS[status]})" for receiver, status in under_way],
                batched=sum(status is PaymentStatus.BATCHED for _, status in under_way),
            )
            frame.status, frame.frame = becomes, command.frame
        if frame.status is not FrameStatus.ALLOTTED:
            frame.allotted_at = None
        frame.max_grantees = command.max_grantees
        act.session.flush()
        said = frame_change_told(frame.grant_year, frame=(before, frame.frame), most=(most_before, frame.max_grantees))
        if said:
            _tell(act, frame, " ".join(said))
        act.about(frame, year=frame.grant_year, before=before, frame=frame.frame, max_grantees=frame.max_grantees)


def _tell(act: Act, frame: YearFrame, said: str) -> None:
    """Tell those who have begun or handed in an application in a published call of the year, each in its own case."""
    for call in calls.published_for(frame.grant_id, frame.grant_year):
        for case in calls.open_applications(call.id):
            tell_party(
                act, case, "Ramen är ändrad", f"«{call.title}». {said}", *party_roles(Permission.FILL_AND_CHANGE)
            )


def allot(actor: Actor, grant_id: int, year: int, command: AllotFrame) -> None:
    """The ekonom says that the year's money is at the authority's disposal; from here on it may be paid."""
    with transaction(actor, EventKind.FRAME_ALLOTTED) as act:
        frame = grants.year_frame(grant_id, year, lock=True)
        if frame is None:
            raise NotVisible
        require(act.actor, Permission.ALLOT_FRAME)
        ensure_can_be_allotted(frame.status, frame=frame.frame, seen=command.seen)
        frame.status = FrameStatus.ALLOTTED
        frame.allotted_at = clock.received()
        act.about(frame, year=year, frame=frame.frame)


def set_categories(actor: Actor, grant_id: int, command: SetCategories) -> None:
    """The officer sets the kostnadsslag; those that a published call uses stay as they are."""
    with transaction(actor, EventKind.GRANT_CHANGED) as act:
        grant = _locked(grant_id)
        require(act.actor, Permission.SET_UP_GRANT)
        if command.personnel and command.personnel not in command.names:
            raise RuleViolation("Skriv kostnadsslaget för personal som det står i listan.", field="personnel")
        personal_numbers.ensure_none({"names": "\n".join(command.names)}, personal_numbers.IN_PUBLISHED)
        existing = grants.cost_categories(grant_id)
        in_use = grants.has_published_call(grant_id)
        ensure_categories_stay([category.name for category in existing], command.names, in_use=in_use)
        personnel = next((category.name for category in existing if category.is_personnel), "")
        if in_use and command.personnel != personnel:
            raise RuleViolation("En publicerad utlysning använder kostnadsslaget för personal.", field="personnel")
        kept = existing if in_use else []
        if not in_use:
            for category in existing:
                act.session.delete(category)
            # Out before in: two rows may not have the same name or place, not even for a moment.
            act.session.flush()
        for position, name in enumerate(command.names, start=1):
            if position > len(kept):
                act.session.add(
                    CostCategory(
                        grant_id=grant_id, position=position, name=name, is_personnel=name == command.personnel
                    )
                )
        act.about(grant, cost_categories=list(command.names))


def publish_conditions(actor: Actor, grant_id: int, command: PublishConditions) -> int:
    """The officer publishes a new version of the villkor; earlier versions stay as they are, with their calls."""
    with transaction(actor, EventKind.CONDITIONS_PUBLISHED) as act:
        _locked(grant_id)
        require(act.actor, Permission.SET_UP_GRANT)
        personal_numbers.ensure_none({"texts": "\n".join(command.texts)}, personal_numbers.IN_PUBLISHED)
        number = grants.last_number(ConditionSet, ConditionSet.grant_id == grant_id) + 1
        written = ConditionSet(grant_id=grant_id, number=number)
        written.conditions = [
            Condition(position=position, text=text) for position, text in enumerate(command.texts, start=1)
        ]
        act.session.add(written)
        # Written whole as a draft first: nothing can be added to what is published.
        act.session.flush()
        written.status = ConditionStatus.PUBLISHED
        act.about(written, number=number, count=len(command.texts))
        return written.id
