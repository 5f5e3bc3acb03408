"""Avvikande mening, written by the person whose it is, told to the party with the decision."""

import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from grantportal import db
from grantportal.domain.actors import Role
from grantportal.domain.cases import FrozenKind, RecordKind
from grantportal.domain.decisions import Decide, DispatchDecision, ReturnDecision
from grantportal.domain.dissents import NoteDissent
from grantportal.domain.documents import Person
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation
from grantportal.domain.frozen import decision_document
from grantportal.models.accounts import User
from grantportal.models.cases import FrozenVersion
from grantportal.models.decisions import Decision, DecisionParticipant, Dissent
from grantportal.models.records import Record
from grantportal.policy import visible
from grantportal.queries import decision_pages, records
from grantportal.services import decisions as services
from tests.support.decidable import (
    actor_with,
    application,
    command,
    decided,
    fingerprint_of,
    programme,
    proposed,
    unlocked,
)
from tests.support.rows import committed, events_of

pytestmark = pytest.mark.usefixtures("database")
AGAINST = NoteDissent("Beloppet borde ha varit lägre.")


@pytest.fixture
def pilot():
    return programme()


@pytest.fixture
def jurist(pilot):
    """A colleague who took part without deciding."""
    return actor_with(Role.HANDLAGGARE, pilot.authority)


@pytest.fixture
def made(pilot):
    return application(pilot)


@pytest.fixture
def decision_id(pilot, made, jurist):
    return proposed(pilot, made, participants=(jurist.user_id,))


def dissent_of(decision_id):
    frozen = committed().scalars(select(FrozenVersion).where(FrozenVersion.kind == FrozenKind.DECISION)).one()
    assert frozen.subject_id == decision_id
    part = next(
        each for each in decision_document(json.loads(frozen.content), frozen.sha256).parts if each.key == "decided"
    )
    return next(fact.lines for fact in part.facts if fact.name == "Avvikande mening")


def dispatch_seen(pilot, decision_id):
    """Sent by whoever has read what the page tells of."""
    seen = max((each.record_id for each in decision_pages.page(pilot.registrar, decision_id).came_after), default=0)
    db.close_read_session()
    services.dispatch(pilot.registrar, decision_id, DispatchDecision(seen))


def seen_by_the_party(made):
    db.close_read_session()
    ombud = actor_with(Role.OMBUD, made.organisation)
    rows = select(Record.title).where(Record.kind == RecordKind.DISSENT, visible(ombud, Record))
    return committed().scalars(rows).all()


def test_what_is_noted_before_the_decision_stands_in_it_and_is_read_by_the_decider(pilot, made, jurist, decision_id):
    read_before = fingerprint_of(decision_id)
    services.note_dissent(jurist, decision_id, AGAINST)
    with pytest.raises(RuleViolation, match="Förslaget har ändrats sedan du läste det"):
        services.decide(pilot.decider, decision_id, Decide(read_before))
    decided(pilot, decision_id)
    assert dissent_of(decision_id) == (f"{jurist.name}: Beloppet borde ha varit lägre.",)
    assert seen_by_the_party(made) == []
    dispatch_seen(pilot, decision_id)
    assert seen_by_the_party(made) == [f"Avvikande mening, {jurist.name}"]
    assert "dissent.noted" in events_of(committed().get_one(Decision, decision_id))


def test_what_is_noted_after_it_follows_with_it_and_the_decision_stays_as_it_was(pilot, made, jurist, decision_id):
    decided(pilot, decision_id)
    services.note_dissent(jurist, decision_id, AGAINST)
    assert dissent_of(decision_id) == ("Ingen antecknad när beslutet fattades",)
    assert seen_by_the_party(made) == []
    with pytest.raises(RuleViolation, match="Något har kommit till efter beslutet"):
        services.dispatch(pilot.registrar, decision_id)
    dispatch_seen(pilot, decision_id)
    assert seen_by_the_party(made) == [f"Avvikande mening, {jurist.name}"]
    sent = committed().scalars(select(Record).where(Record.kind == RecordKind.DISPATCH)).one()
    assert sent.text.endswith(f"Avvikande mening följde med: {jurist.name}.")


def versions_of(decision_id):
    rows = select(FrozenVersion).where(FrozenVersion.kind == FrozenKind.DECISION).order_by(FrozenVersion.number)
    found = committed().scalars(rows).all()
    assert {each.subject_id for each in found} == {decision_id}
    return [decision_document(json.loads(each.content), each.sha256) for each in found]


def test_what_is_sent_holds_what_was_noted_after_the_decision_and_what_was_decided_word_for_word(
    pilot, made, jurist, decision_id
):
    decided(pilot, decision_id)
    services.note_dissent(jurist, decision_id, AGAINST)
    (decided_as,) = versions_of(decision_id)
    dispatch_seen(pilot, decision_id)
    first, sent = versions_of(decision_id)
    assert first == decided_as
    *others, late, annex = sent.parts
    assert (*others, annex) == first.parts
    assert late.heading == "Avvikande mening efter beslutet"
    assert late.paragraphs[0].startswith(f"{jurist.name} har låtit anteckna en avvikande mening ")
    assert late.paragraphs[0].endswith("innan det skickades:\nBeloppet borde ha varit lägre.")
    db.close_read_session()
    ombud = actor_with(Role.OMBUD, made.organisation)
    shown = decision_pages.page(ombud, decision_id)
    assert shown.document.parts == sent.parts
    record = records.get(ombud, shown.record_id)
    assert record.has_document
    assert record.title.endswith(", med avvikande mening")
    db.close_read_session()


def test_nothing_more_is_frozen_where_nothing_was_noted_after_the_decision(pilot, jurist, decision_id):
    services.note_dissent(jurist, decision_id, AGAINST)
    decided(pilot, decision_id, sent=True)
    assert len(versions_of(decision_id)) == 1


def test_the_database_takes_no_dissent_against_what_is_sent(pilot, jurist, decision_id):
    services.note_dissent(jurist, decision_id, AGAINST)
    decided(pilot, decision_id, sent=True)
    again = (
        "INSERT INTO dissents (decision_id, case_id, organisation_id, record_id, person_id, text, at) "
        "SELECT decision_id, case_id, organisation_id, record_id, person_id, 'Ny', at FROM dissents"
    )
    with db.writing_session() as session, pytest.raises(DBAPIError, match="written once"):
        session.execute(text(again))
    assert len(committed().scalars(select(Dissent)).all()) == 1


def test_what_a_foredragande_wrote_for_others_can_be_taken_away(pilot, made, decision_id):
    services.return_(pilot.decider, decision_id, ReturnDecision("Sänk beloppet."))
    unlocked(committed().get_one(Decision, decision_id), dissent="Lo ville annat.")
    whole = dict.fromkeys(pilot.years, 1_000_000)
    services.draft(pilot.officer, made.id, command(pilot, whole))
    assert committed().get_one(Decision, decision_id).dissent == "Lo ville annat."
    services.propose(pilot.officer, made.id, command(pilot, whole, without_old_dissent=True))
    assert committed().get_one(Decision, decision_id).dissent == ""
    decided(pilot, decision_id)
    assert dissent_of(decision_id) == ("Ingen antecknad när beslutet fattades",)


def test_nothing_is_noted_once_the_decision_is_sent(pilot, jurist, decision_id):
    decided(pilot, decision_id, sent=True)
    with pytest.raises(RuleViolation, match="Beslutet är skickat"):
        services.note_dissent(jurist, decision_id, AGAINST)
    assert committed().scalars(select(Dissent)).all() == []


def test_the_foredragande_may_and_a_colleague_who_took_no_part_may_not(pilot, decision_id):
    services.note_dissent(pilot.officer, decision_id, AGAINST)
    with pytest.raises(RuleViolation, match="Bara den som är föredragande"):
        services.note_dissent(actor_with(Role.HANDLAGGARE, pilot.authority), decision_id, AGAINST)
    with pytest.raises(NoRight):
        services.note_dissent(pilot.registrar, decision_id, AGAINST)


def test_the_party_has_no_say_in_it(made, decision_id):
    with pytest.raises(NotVisible):
        services.note_dissent(actor_with(Role.OMBUD, made.organisation), decision_id, AGAINST)


def test_one_against_an_earlier_proposal_is_not_about_the_decision(pilot, made, jurist, decision_id):
    services.note_dissent(jurist, decision_id, AGAINST)
    services.return_(pilot.decider, decision_id, ReturnDecision("Sänk beloppet."))
    with pytest.raises(RuleViolation, match="Förslaget är inte lämnat till beslut"):
        services.note_dissent(jurist, decision_id, AGAINST)
    whole = dict.fromkeys(pilot.years, 1_000_000)
    services.propose(pilot.officer, made.id, command(pilot, whole, participants=(jurist.user_id,)))
    decided(pilot, decision_id, sent=True)
    assert dissent_of(decision_id) == ("Ingen antecknad när beslutet fattades",)
    assert seen_by_the_party(made) == []


@pytest.mark.parametrize("change", ["UPDATE dissents SET text = 'Ingen'", "DELETE FROM dissents"])
def test_it_is_written_once(jurist, decision_id, change):
    services.note_dissent(jurist, decision_id, AGAINST)
    with db.writing_session() as session, pytest.raises(DBAPIError, match="written once"):
        session.execute(text(change))
    assert committed().scalars(select(User.name).join(Dissent, Dissent.person_id == User.id)).one() == jurist.name


def test_a_name_that_is_anothers_too_gives_no_say(pilot, made, jurist):
    """Another person with the same name has taken no part; and whoever has changed the own name has."""
    decision_id = proposed(pilot, made, participants=(jurist.user_id,))
    namesake = actor_with(Role.HANDLAGGARE, pilot.authority)
    unlocked(committed().get_one(User, namesake.user_id), name=jurist.name)
    unlocked(committed().get_one(User, jurist.user_id), name="Lo Nyexempel")
    db.close_read_session()
    with pytest.raises(RuleViolation, match="Bara den som är föredragande"):
        services.note_dissent(namesake, decision_id, AGAINST)
    services.note_dissent(jurist, decision_id, AGAINST)
    assert committed().scalars(select(Dissent.person_id)).all() == [jurist.user_id]


def test_for_somebody_without_an_account_the_officer_writes_it_in_and_that_is_said(pilot, made):
    decision_id = proposed(pilot, made, took_part="Lo Exempel, jurist")
    theirs = NoteDissent(AGAINST.text, whose="Lo Exempel")
    colleague = actor_with(Role.HANDLAGGARE, pilot.authority)
    for other in (pilot.decider, colleague):
        with pytest.raises(RuleViolation, match="Bara föredraganden antecknar åt"):
            services.note_dissent(other, decision_id, theirs)
    with pytest.raises(RuleViolation, match="Välj någon av dem som deltog"):
        services.note_dissent(pilot.officer, decision_id, NoteDissent(AGAINST.text, whose=pilot.decider.name))
    services.note_dissent(pilot.officer, decision_id, theirs)
    decided(pilot, decision_id, sent=True)
    assert dissent_of(decision_id) == (f"Lo Exempel (antecknat av {pilot.officer.name}): {AGAINST.text}",)
    record = committed().scalars(select(Record).where(Record.kind == RecordKind.DISSENT)).one()
    assert record.title == "Avvikande mening, Lo Exempel"
    assert record.text.endswith(f"Antecknat av {pilot.officer.name} åt Lo Exempel.")


def test_who_took_part_stands_in_the_decision_and_holds_when_it_is_made(pilot, made, jurist, decision_id):
    decided(pilot, decision_id)
    (document,) = versions_of(decision_id)
    assert document.took_part == (Person(jurist.name, "handläggare"),)
    for change in (
        "UPDATE decision_participants SET title = 'x'",
        "DELETE FROM decision_participants",
        f"INSERT INTO decision_participants (decision_id, user_id, title) VALUES ({decision_id}, {pilot.decider.user_id}, '')",
    ):
        with db.writing_session() as session, pytest.raises(DBAPIError, match="written once"):
            session.execute(text(change))


@pytest.mark.parametrize(
    ("said", "field", "told"),
    [
        (lambda own, other: {"took_part": f"{other.name.upper()}, enhetschef"}, "took_part", "har ett konto. Välj"),
        (lambda own, other: {"took_part": f"Enhetschef {other.name} (jurist)"}, "took_part", "har ett konto. Välj"),
        (lambda own, other: {"took_part": f"{own.name}, utredare"}, "took_part", "Ta bort ditt namn"),
        (lambda own, other: {"took_part": "Lo Exempel, jurist\nlo  exempel"}, "took_part", "står två gånger"),
        (lambda own, other: {"participants": (own.user_id, other.user_id)}, "participants", "Du är föredragande"),
    ],
)
def test_who_took_part_stands_there_once_and_as_who_they_are(pilot, made, jurist, said, field, told):
    with pytest.raises(RuleViolation, match=told) as refusal:
        proposed(pilot, made, **said(pilot.officer, jurist))
    assert refusal.value.field == field


def test_nobody_decides_who_stands_as_having_taken_part_without_deciding(pilot, made, jurist):
    decision_id = proposed(pilot, made, participants=(jurist.user_id, pilot.decider.user_id))
    with pytest.raises(RuleViolation, match="deltog utan att besluta"):
        decided(pilot, decision_id)
    services.return_(pilot.decider, decision_id, ReturnDecision("Jag beslutar själv."))
    services.propose(
        pilot.officer,
        made.id,
        command(pilot, dict.fromkeys(pilot.years, 1_000_000), participants=(jurist.user_id,)),
    )
    decided(pilot, decision_id)


def test_only_who_works_at_the_authority_is_chosen_and_the_choice_can_be_changed(pilot, made, jurist, decision_id):
    ombud = actor_with(Role.OMBUD, made.organisation)
    services.return_(pilot.decider, decision_id, ReturnDecision("Fler deltog."))
    whole = dict.fromkeys(pilot.years, 1_000_000)
    with pytest.raises(RuleViolation, match="Välj igen"):
        services.draft(pilot.officer, made.id, command(pilot, whole, participants=(ombud.user_id,)))
    services.draft(pilot.officer, made.id, command(pilot, whole, participants=(pilot.decider.user_id,)))
    named = select(DecisionParticipant.user_id).where(DecisionParticipant.decision_id == decision_id)
    assert committed().scalars(named).all() == [pilot.decider.user_id]
    services.propose(pilot.officer, made.id, command(pilot, whole))
    assert committed().scalars(named).all() == []
