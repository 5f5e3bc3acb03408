"""Beslut: proposing, returning, deciding and sending."""

import json
from collections.abc import Collection, Mapping

from grantportal.domain import clock, personal_numbers
from grantportal.domain.actors import Actor, Role
from grantportal.domain.appeals import ensure_can_say_where
from grantportal.domain.applications import APPLICATION, ApplicationAction
from grantportal.domain.calls import ensure_not_tried
from grantportal.domain.cases import Direction, FrozenKind, RecordKind
from grantportal.domain.decisions import (
    DECISION,
    Cell,
    Decide,
    DecisionAction,
    DecisionFacts,
    DecisionStatus,
    DispatchDecision,
    Outcome,
    ProposeDecision,
    ReturnDecision,
    SaveTotals,
    early_statement,
    ensure_communicated,
    ensure_dismissal_holds,
    ensure_early_is_meant,
    ensure_known_cells,
    ensure_only_decides,
    ensure_outcome_fits,
    ensure_read_before_sent,
    ensure_reasoned,
    ensure_seen,
    ensure_two_persons,
    ensure_unchanged,
    ensure_whole,
    ensure_within_sought,
    fitting_outcome,
    is_early,
    label,
    per_year,
    spread,
    total_field,
)
from grantportal.domain.dissents import (
    NoteDissent,
    ensure_colleagues,
    ensure_is_without_account,
    ensure_may_dissent,
    ensure_took_part,
    ensure_writes_for_another,
    ensure_written,
)
from grantportal.domain.documents import Person
from grantportal.domain.errors import NotVisible, RuleViolation, RuleViolations
from grantportal.domain.events import EventKind
from grantportal.domain.frozen import (
    content_of,
    decision_document,
    proposal_fingerprint,
    read_fingerprint,
)
from grantportal.domain.grants import ensure_room_for_grantee, ensure_within_frame
from grantportal.domain.letters.decision import LateDissent, with_late_dissents
from grantportal.domain.money import Kronor, in_words
from grantportal.domain.payments import LedgerKind
from grantportal.effects.freeze import freeze
from grantportal.effects.ledger import enter
from grantportal.effects.notices import tell_authority, tell_call_opened, tell_party
from grantportal.effects.payment_plan import plan_payments
from grantportal.effects.records import add_record
from grantportal.effects.report_plan import plan_reports
from grantportal.models.cases import FrozenVersion
from grantportal.models.decisions import Decision, DecisionLine, DecisionParticipant, Dispatch, Dissent
from grantportal.models.grants import Grantee
from grantportal.policy import Permission, require
from grantportal.queries import calls, decision_documents, decisions, portal
from grantportal.queries.decisions import Ground
from grantportal.transaction import Act, Bookkeeping, bookkeeping, transaction

NOTHING_CAME = DispatchDecision()


def save_totals(actor: Actor, call_id: int, command: SaveTotals) -> int:
    """Save what the comparison page proposes. Over the frame is allowed here: it cannot be sent. Answers how many changed.

    A year's sum is spread over its kostnadsslag as they were sought; the proposal's own page changes that.
    """
    with bookkeeping(Bookkeeping.DRAFTS, actor) as (session, anew):
        now = anew or actor
        wanted = {each.application_id: each for each in command.proposals}
        known = decisions.applications_of_call(now, call_id, wanted)
        if set(wanted) - known:
            raise NotVisible
        require(now, Permission.PROPOSE)
        changed, refusals = 0, []
        for application_id in sorted(wanted):
            each = wanted[application_id]
            ground = _ground(application_id)
            decision = decisions.current(application_id)
            saved = decisions.amounts_of(decision) if decision else {}
            amounts = _spread_years(each.totals, saved, ground)
            outcome = each.outcome or fitting_outcome(each.totals, per_year(ground.sought))
            if decision is not None and amounts == saved and outcome == decision.outcome:
                continue
            try:
                _ensure_may_edit(ground, decision)
                _ensure_nobody_else(each.based_on, decision)
                ensure_known_cells(amounts, cells=ground.cells)
                for year, total in each.totals.items():
                    most = per_year(ground.sought).get(year, 0)
                    if total > most:
                        raise RuleViolation(
                            f"Högst {in_words(most)} har sökts för {year}.", field=total_field(application_id, year)
                        )
            except RuleViolation as refusal:
                refusals.append(refusal)
                continue
            if decision is None:
                decision = _new(ground)
                session.add(decision)
            decision.outcome = outcome
            if outcome is not Outcome.DISMISSED:
                decision.dismissal_ground, decision.dismissal_why = None, ""
            decision.proposed_by_id = now.user_id
            _write_lines(decision, amounts)
            changed += 1
        if refusals:
            raise RuleViolations(refusals)
        return changed


def draft(actor: Actor, application_id: int, command: ProposeDecision) -> int:
    """Save a proposal without sending it: nothing has to be finished. Answers the decision's id."""
    with bookkeeping(Bookkeeping.DRAFTS, actor) as (session, anew):
        now = anew or actor
        ground = _visible_ground(now, application_id)
        require(now, Permission.PROPOSE)
        decision = decisions.current(application_id)
        _ensure_may_edit(ground, decision)
        _ensure_nobody_else(command.based_on, decision)
        ensure_known_cells(command.amounts, cells=ground.cells)
        # A draft leaves no history: why a number stands in it is asked again when the proposal is sent.
        _explained(command)
        if decision is None:
            decision = _new(ground)
            session.add(decision)
        decision.proposed_by_id = now.user_id
        _write(decision, command)
        session.flush()
        return decision.id


def propose(actor: Actor, application_id: int, command: ProposeDecision) -> int:
    """The officer (föredragande) hands a proposal over for decision. Answers the decision's id."""
    with transaction(actor, EventKind.DECISION_PROPOSED) as act:
        ground = _visible_ground(act.actor, application_id)
        require(act.actor, Permission.PROPOSE)
        APPLICATION.after(ground.application.status, ApplicationAction.PROPOSE)
        decision = decisions.current(application_id)
        status = decision.status if decision else DecisionStatus.DRAFT
        after = DECISION.after(status, DecisionAction.PROPOSE)
        _ensure_nobody_else(command.based_on, decision)
        _ensure_lawful(ground, command.outcome, command.amounts)
        _ensure_dismissal(ground, command)
        ensure_reasoned(command.reasons)
        _ensure_frames_last(ground, command.amounts)
        lines = command.took_part.splitlines()
        ensure_took_part(lines, command.participants, decisions.colleagues(), rapporteur=act.actor.user_id)
        kept = _explained(command)
        if decision is None:
            decision = _new(ground)
            act.session.add(decision)
        _write(decision, command)
        decision.status = after
        decision.proposed_by_id = act.actor.user_id
        decision.proposed_at = clock.now()
        act.session.flush()
        decision.sha256 = proposal_fingerprint(decision_documents.document(decision))
        act.tells(decision, *decision.lines, *decision.participants)
        granted = sum(command.amounts.values())
        act.about(decision, outcome=command.outcome, amount=granted, sha256=decision.sha256, **kept)
        name = ground.application.organisation.name
        tell_authority(
            act,
            ground.case,
            "Förslag till beslut",
            f"{act.actor.name} har lämnat ett förslag till beslut. Det gäller ansökan från {name}.",
            Role.BESLUTSFATTARE,
        )
        return decision.id


def return_(actor: Actor, decision_id: int, command: ReturnDecision) -> None:
    """The decision-maker gives a proposal back, and says why."""
    with transaction(actor, EventKind.DECISION_RETURNED) as act:
        ground, decision = _locked(act.actor, decision_id)
        require(act.actor, Permission.DECIDE, decision)
        after = DECISION.after(decision.status, DecisionAction.RETURN)
        if not command.reason.strip():
            raise RuleViolation("Skriv vad som behöver ändras.", field="reason")
        kept = personal_numbers.kept({"reason": command.reason}, command.number_reason, personal_numbers.IN_TEXT)
        decision.status = after
        decision.returned_by_id = act.actor.user_id
        decision.returned_reason = command.reason
        act.about(decision, reason=command.reason, **kept)
        tell_authority(
            act,
            ground.case,
            "Förslag återlämnat",
            f"{act.actor.name} har lämnat tillbaka förslaget till beslut. Det gäller ansökan från {ground.application.organisation.name}.",
            Role.HANDLAGGARE,
        )


def decide(actor: Actor, decision_id: int, command: Decide) -> None:
    """The decision-maker decides; from here on the decision cannot be changed, only followed by another."""
    with transaction(actor, EventKind.DECISION_MADE) as act:
        ground, decision = _locked(act.actor, decision_id)
        require(act.actor, Permission.DECIDE, decision)
        after = DECISION.after(decision.status, DecisionAction.DECIDE)
        ensure_two_persons(proposed_by=decision.proposed_by_id, decided_by=act.actor.user_id)
        took_part = {each.user_id for each in decision.participants}
        ensure_only_decides(took_part=took_part, decided_by=act.actor.user_id)
        amounts = decisions.amounts_of(decision)
        _ensure_lawful(ground, decision.outcome, amounts)
        _ensure_dismissal(ground, decision)
        shown = decision_documents.document(decision)
        ensure_unchanged(
            seen=command.sha256,
            shown=read_fingerprint(shown),
            proposed=decision.sha256,
            now=proposal_fingerprint(shown),
        )
        today, last_day = clock.today(), ground.call.last_day
        ensure_communicated(decision.outcome, decisions.communicated(ground.application.id), today=today)
        ensure_early_is_meant(decision.outcome, command.before_last_day, last_day=last_day, today=today)
        early = is_early(decision.outcome, last_day=last_day, today=today)
        concluded = APPLICATION.after(ground.application.status, ApplicationAction.CONCLUDE)
        granted = {year: amount for year, amount in per_year(amounts).items() if amount}
        _take_of_frames(act, ground, decision, granted)

        at = clock.now()
        document = decision_documents.document(decision, decided_by=Person(act.actor.name, "beslutsfattare"), at=at)
        frozen = freeze(
            act,
            FrozenKind.DECISION,
            decision.id,
            content_of(document, **decision_documents.basis(decision), read_sha256=command.sha256),
            case_id=decision.case_id,
        )
        add_record(
            act,
            ground.case,
            RecordKind.DECISION,
            Direction.INTERNAL,
            title=document.title,
            frozen=frozen,
            rendered=True,
        )
        decision.status = after
        decision.decided_by_id = act.actor.user_id
        decision.decided_at = at
        ground.application.status = concluded
        # The decision first: from now on the database itself refuses every change of it.
        act.session.flush()
        plan_payments(
            act,
            decision,
            granted,
            grant_id=ground.call.grant_id,
            pay_on={year.grant_year: year.pay_on for year in ground.call.years},
        )
        plan_reports(act, ground.case, ground.call, granted)
        confirmed = {"confirmed": early_statement(last_day)} if early else {}
        act.about(decision, outcome=decision.outcome, amount=sum(granted.values()), sha256=frozen.sha256, **confirmed)
        act.also(EventKind.APPLICATION_CONCLUDED, ground.application)
        tell_authority(
            act,
            ground.case,
            "Beslut att skicka",
            f"Beslutet om {ground.application.organisation.name} är fattat och ska skickas till parten.",
            Role.REGISTRATOR,
            Role.HANDLAGGARE,
        )


def note_dissent(actor: Actor, decision_id: int, command: NoteDissent) -> None:
    """Somebody who took part in the final handling has a dissent noted, to be told the party with the decision (30, 33 §§ FL).

    Before the decision is made it stands in the decision itself, which the decider then reads anew; after that it is added
    to what is sent, and what was decided stays as it was.
    """
    with transaction(actor, EventKind.DISSENT_NOTED) as act:
        ground, decision = _locked(act.actor, decision_id)
        require(act.actor, Permission.NOTE_DISSENT)
        whose = command.whose
        if whose:
            ensure_writes_for_another(is_rapporteur=act.actor.user_id == decision.proposed_by_id)
        ensure_may_dissent(
            decision.status,
            is_sent=decisions.dispatched_at(decision.id) is not None,
            took_part=bool(whose) or act.actor.user_id in decisions.persons(decision),
        )
        if whose:
            ensure_is_without_account(whose, decisions.without_account(decision))
        ensure_written(command.text)
        kept = personal_numbers.kept({"text": command.text}, command.number_reason, personal_numbers.IN_TEXT)
        record = add_record(
            act,
            ground.case,
            RecordKind.DISSENT,
            Direction.INTERNAL,
            title=f"Avvikande mening, {whose or act.actor.name}",
            text=f"{command.text}\n\nAntecknat av {act.actor.name} åt {whose}." if whose else command.text,
        )
        act.session.flush()
        act.session.add(
            Dissent(
                decision_id=decision.id,
                case_id=decision.case_id,
                organisation_id=decision.organisation_id,
                record_id=record.id,
                person_id=act.actor.user_id,
                whose=whose,
                text=command.text,
                at=clock.now(),
            )
        )
        act.about(decision, **kept)
        tell_authority(
            act,
            ground.case,
            "Avvikande mening antecknad",
            f"{act.actor.name} har antecknat en avvikande mening{f' åt {whose}' if whose else ''}. Den följer med beslutet till "
            f"{ground.application.organisation.name}.",
            Role.BESLUTSFATTARE,
            Role.REGISTRATOR,
        )


def dispatch(actor: Actor, decision_id: int, command: DispatchDecision = NOTHING_CAME) -> None:
    """The decision is sent to its party (meddelat): time to appeal runs from here for a party that represents the public."""
    with transaction(actor, EventKind.DECISION_DISPATCHED) as act:
        # Locked first, as calls are: the worker tells of one under the same lock, of those who are grantees by then.
        extras = calls.opened_extras(decision_id)
        ground, decision = _locked(act.actor, decision_id)
        require(act.actor, Permission.DISPATCH_DECISION, decision)
        DECISION.after(decision.status, DecisionAction.DISPATCH)
        if decisions.dispatched_at(decision.id) is not None:
            raise RuleViolation("Beslutet är redan skickat. Inget ändrades.")
        ensure_read_before_sent(command, decisions.came_after(decision))
        organisation = ground.application.organisation
        told_of = [call.id for call in extras if organisation.id in calls.to_tell_of(call)]
        frozen = _freeze_as_sent(act, ground, decision)
        receiver = f"{organisation.name}, {organisation.mailbox}" if organisation.mailbox else organisation.name
        act.session.add(
            Dispatch(
                decision_id=decision.id,
                case_id=decision.case_id,
                organisation_id=decision.organisation_id,
                receiver=receiver,
                dispatched_by_id=act.actor.user_id,
                dispatched_at=clock.now(),
            )
        )
        add_record(
            act,
            ground.case,
            RecordKind.DISPATCH,
            Direction.OUT,
            counterpart=receiver,
            text=_sent_text(decision, receiver),
        )
        act.session.flush()
        for call in extras:
            if call.id not in told_of and organisation.id in calls.to_tell_of(call):
                tell_call_opened(act, organisation.id, call)
        act.about(decision, receiver=receiver, **({"sha256": frozen.sha256} if frozen else {}))
        granted = per_year(decisions.amounts_of(decision))
        said = label(DecisionFacts(decision.status, decision.outcome, granted)).text
        tell_party(
            act,
            ground.case,
            f"Beslut om er ansökan: {said.lower()}",
            f"Läs beslutet i ärende {ground.case.registration_number}. Det gäller {ground.call.title}.",
        )


def _freeze_as_sent(act: Act, ground: Ground, decision: Decision) -> FrozenVersion | None:
    """Freeze what is sent, where it says more than what was decided: dissents that were noted after that (33 § FL).

    It is a handling of its own. What was decided stays as it was frozen.
    """
    late = [each for each in decisions.dissents(decision) if each.is_late]
    made = decision_documents.newest_frozen(decision.id)
    if made is None or not late:
        return None
    content = json.loads(made.content)
    document = with_late_dissents(
        decision_document(content, made.sha256), [LateDissent(each.who, each.text, each.at) for each in late]
    )
    basis = {**content.get("basis", {}), "made_sha256": made.sha256}
    frozen = freeze(act, FrozenKind.DECISION, decision.id, content_of(document, **basis), case_id=decision.case_id)
    add_record(
        act,
        ground.case,
        RecordKind.DECISION,
        Direction.INTERNAL,
        title=f"{document.title}, med avvikande mening",
        frozen=frozen,
        rendered=True,
    )
    return frozen


def _sent_text(decision: Decision, receiver: str) -> str:
    names = [each.name for each in decisions.dissents(decision)]
    with_it = f" Avvikande mening följde med: {', '.join(names)}." if names else ""
    return f"Beslutet skickades {clock.day_time_text(clock.now())} till {receiver}.{with_it}"


# --- What the verbs share ----------------------------------------------------------------------------------------


def _ground(application_id: int) -> Ground:
    ground = decisions.locked_ground(application_id)
    if ground is None:
        raise NotVisible
    return ground


def _visible_ground(actor: Actor, application_id: int) -> Ground:
    ground = _ground(application_id)
    if decisions.application(actor, application_id) is None:
        raise NotVisible
    return ground


def _locked(actor: Actor, decision_id: int) -> tuple[Ground, Decision]:
    """Lock what the decision stands on, and read the decision anew under the locks."""
    application_id = decisions.application_of(decision_id)
    if application_id is None:
        raise NotVisible
    ground = _ground(application_id)
    decision = decisions.get(actor, decision_id)
    if decision is None:
        raise NotVisible
    return ground, decision


def _new(ground: Ground) -> Decision:
    return Decision(
        application_id=ground.application.id,
        organisation_id=ground.application.organisation_id,
        case_id=ground.case.id,
        status=DecisionStatus.DRAFT,
    )


def _ensure_may_edit(ground: Ground, decision: Decision | None) -> None:
    APPLICATION.after(ground.application.status, ApplicationAction.PROPOSE)
    if decision is not None:
        DECISION.after(decision.status, DecisionAction.EDIT)


def _ensure_nobody_else(based_on: str | None, decision: Decision | None) -> None:
    by = decisions.person_name(decision.proposed_by_id) if decision else ""
    ensure_seen(based_on=based_on, saved=decisions.state_of(decision), by=by)


def _ensure_lawful(ground: Ground, outcome: Outcome | None, amounts: Mapping[Cell, Kronor]) -> None:
    """What holds of a proposal holds again when it is decided."""
    sought = {year: amount for year, amount in per_year(ground.sought).items() if year in _years(ground)}
    here = portal.installation()
    ensure_can_say_where(ground.call.appeal_variant, address=here.address, court=here.appeal_court)
    ensure_not_tried(ground.call.status, is_struck=outcome is Outcome.STRUCK)
    ensure_known_cells(amounts, cells=ground.cells)
    ensure_whole(amounts, cells=ground.cells, outcome=outcome)
    ensure_within_sought(amounts, sought=sought)
    ensure_outcome_fits(outcome, granted=per_year(amounts), sought=sought, withdrawn=ground.is_withdrawn)


def _ensure_dismissal(ground: Ground, said: ProposeDecision | Decision) -> None:
    ensure_dismissal_holds(
        said.outcome,
        said.dismissal_ground,
        said.dismissal_why,
        is_late=ground.is_late,
        has_injunction=ground.has_injunction,
    )


def _years(ground: Ground) -> set[int]:
    return {year for year, _ in ground.cells}


def _ensure_frames_last(ground: Ground, amounts: Mapping[Cell, Kronor]) -> None:
    """A proposal is sent only if the frames last for it beside what is decided and what else waits for a decision."""
    elsewhere = decisions.proposed_elsewhere(ground.call.grant_id, ground.frames, but=ground.application.id)
    refusals = []
    for year, amount in per_year(amounts).items():
        if amount == 0:
            continue
        frame = ground.frames.get(year)
        if frame is None:
            raise RuleViolation(f"Statsbidraget har ingen ram för {year}.")
        try:
            ensure_within_frame(amount, decided=frame.decided + elsewhere.get(year, 0), frame=frame.frame, year=year)
        except RuleViolation as refusal:
            refusals.append(refusal)
    if refusals:
        raise RuleViolations(refusals)


def _take_of_frames(act: Act, ground: Ground, decision: Decision, granted: Mapping[int, Kronor]) -> None:
    """Take the money out of the years' frames, which are locked: never above a frame or its number of grantees."""
    organisation_id = decision.organisation_id
    had = decisions.granted_years(ground.call.grant_id, organisation_id)
    for year, amount in sorted(granted.items()):
        frame = ground.frames.get(year)
        if frame is None:
            raise RuleViolation(f"Statsbidraget har ingen ram för {year}.")
        is_new = year not in had
        ensure_within_frame(amount, decided=frame.decided, frame=frame.frame, year=year)
        ensure_room_for_grantee(is_new=is_new, grantees=frame.grantees, most=frame.max_grantees, year=year)
        frame.decided += amount
        if is_new:
            frame.grantees += 1
            act.session.add(Grantee(grant_id=ground.call.grant_id, grant_year=year, organisation_id=organisation_id))
        enter(
            act,
            LedgerKind.DECIDED,
            amount,
            grant_id=ground.call.grant_id,
            grant_year=year,
            organisation_id=organisation_id,
            case_id=decision.case_id,
            decision_id=decision.id,
        )


def _spread_years(totals: Mapping[int, Kronor], saved: Mapping[Cell, Kronor], ground: Ground) -> dict[Cell, Kronor]:
    """A year whose sum is unchanged keeps its kostnadsslag as they are saved; else it is spread as it was sought."""
    amounts: dict[Cell, Kronor] = {}
    for year, total in totals.items():
        cells = [cell for cell in ground.cells if cell[0] == year]
        kept = {cell: saved[cell] for cell in cells if cell in saved}
        if kept and sum(kept.values()) == total:
            amounts |= kept
            continue
        weights = [ground.sought.get(cell, 0) for cell in cells]
        amounts |= dict(zip(cells, spread(total, weights), strict=True))
    return amounts


def _explained(command: ProposeDecision) -> dict[str, str]:
    """What is written may hold a personnummer where it is said why; who took part is a name and a title."""
    personal_numbers.ensure_none({"took_part": command.took_part}, personal_numbers.IN_NAME)
    texts = {name: getattr(command, name) for name in ("reasons", "covers", "conditions", "dismissal_why")}
    return personal_numbers.kept(texts, command.number_reason, personal_numbers.IN_TEXT)


def _write(decision: Decision, command: ProposeDecision) -> None:
    decision.outcome = command.outcome
    decision.reasons = command.reasons
    decision.covers = command.covers
    decision.conditions = command.conditions
    decision.took_part = command.took_part
    _write_participants(decision, command.participants)
    if command.without_old_dissent:
        decision.dissent = ""
    is_dismissed = command.outcome is Outcome.DISMISSED
    decision.dismissal_ground = command.dismissal_ground if is_dismissed else None
    decision.dismissal_why = command.dismissal_why if is_dismissed else ""
    _write_lines(decision, command.amounts)


def _write_participants(decision: Decision, chosen: Collection[int]) -> None:
    """Whoever stays keeps the title; who is new gets today's."""
    kept = {each.user_id: each for each in decision.participants}
    if set(chosen) == set(kept):
        return
    colleagues = decisions.colleagues()
    ensure_colleagues(set(chosen) - set(kept), colleagues)
    decision.participants = [
        kept.get(user_id) or DecisionParticipant(user_id=user_id, title=colleagues[user_id][1])
        for user_id in sorted(chosen)
    ]


def _write_lines(decision: Decision, amounts: Mapping[Cell, Kronor]) -> None:
    """Change the lines that are there, so that no line is taken away and put back under its own UNIQUE."""
    lines = {(line.grant_year, line.cost_category_id): line for line in decision.lines}
    for cell, line in lines.items():
        if cell not in amounts:
            decision.lines.remove(line)
    for (year, category), amount in amounts.items():
        if (year, category) in lines:
            lines[year, category].amount = amount
        else:
            decision.lines.append(DecisionLine(grant_year=year, cost_category_id=category, amount=amount))
