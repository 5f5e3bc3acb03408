"""The history of one case while eight persons act in it at the same moment."""

import json
from itertools import pairwise

from sqlalchemy import select

from grantportal.domain.actors import Actor
from grantportal.domain.cases import Direction, RecordKind
from grantportal.domain.events import EventKind
from grantportal.effects.records import add_record, register_case
from grantportal.models.cases import Case
from grantportal.models.portal import Event
from grantportal.models.records import Record
from grantportal.queries import cases
from grantportal.transaction import recomputed, transaction
from tests.support.casework import CaseFactory
from tests.support.factories import UserFactory
from tests.support.races import ROUNDS, racers, without_locks
from tests.support.rows import committed

RACERS = 8


def write_note(user_id: int, case_id: int) -> None:
    """One act with a handling and an event."""
    with transaction(Actor(user_id), EventKind.FILE_NOTE_WRITTEN) as act:
        record = add_record(act, cases.locked(case_id), RecordKind.FILE_NOTE, Direction.INTERNAL, text="Samtal")
        act.about(record)


def hand_in(user_id: int, case_id: int) -> str:
    """The year's first hand-ins: each takes a number of the same series."""
    with transaction(Actor(user_id), EventKind.APPLICATION_SUBMITTED) as act:
        case = cases.locked(case_id)
        act.about(case)
        return register_case(act, case)


def test_no_event_is_lost_and_the_chain_holds(database):
    case, writer = CaseFactory(), UserFactory()
    with racers(database.url, write_note, RACERS) as line:
        for _ in range(ROUNDS):
            assert all(finish.was_done for finish in line.race(*[(writer.id, case.id)] * RACERS))

    events = committed().scalars(select(Event).where(Event.case_id == case.id).order_by(Event.seq)).all()
    assert [event.seq for event in events] == list(range(1, RACERS * ROUNDS + 1))
    assert all(recomputed(event, json.loads(event.data)) == event.sha256 for event in events)
    assert all(later.previous_sha256 == earlier.sha256 for earlier, later in pairwise(events))
    head = committed().get_one(Case, case.id)
    assert (head.event_seq, head.event_head) == (events[-1].seq, events[-1].sha256)
    numbers = committed().scalars(select(Record.number).where(Record.case_id == case.id).order_by(Record.number)).all()
    assert numbers == list(range(1, RACERS * ROUNDS + 1))


def test_without_the_locks_somebody_is_turned_away(database):
    """The red control: the UNIQUE of chain and number is then all that stands between two events."""
    case, writer = CaseFactory(), UserFactory()
    with racers(database.url, write_note, RACERS, prepare=without_locks) as line:
        for _ in range(ROUNDS):
            refusals = {finish.refusal for finish in line.race(*[(writer.id, case.id)] * RACERS)} - {None}
            if refusals:
                assert refusals == {"SavedMeanwhile"}, "who loses a number may try the whole act again"
                return
    raise AssertionError("nobody was ever turned away: the race does not race")


def test_the_first_hand_ins_of_a_year_get_a_number_each(database):
    """The series has no row to lock yet: who loses is told that the act may be tried again, and then gets the next."""
    writer = UserFactory()
    drafts = [CaseFactory(draft=True).id for _ in range(RACERS)]
    with racers(database.url, hand_in, RACERS) as line:
        waiting = drafts
        while waiting:
            finishes = line.race(*[(writer.id, case_id) for case_id in (waiting * RACERS)[:RACERS]])
            assert {finish.refusal for finish in finishes} <= {None, "SavedMeanwhile"}
            waiting = [case_id for case_id in waiting if committed().get_one(Case, case_id).registration_number is None]
    numbers = sorted(committed().get_one(Case, case_id).registration_number[-4:] for case_id in drafts)
    assert numbers == [f"{number:04d}" for number in range(1, RACERS + 1)]
