"""Meddelanden i ärendet: written by either side, and marked as read by whoever has been shown them."""

from sqlalchemy import update

from grantportal import db, policy
from grantportal.domain import clock, messages, personal_numbers
from grantportal.domain.actors import Actor
from grantportal.domain.cases import Direction, RecordKind
from grantportal.domain.errors import NoRight, NotVisible
from grantportal.domain.events import EventKind
from grantportal.domain.messages import WriteMessage
from grantportal.effects import notices
from grantportal.effects.records import add_record
from grantportal.models.messages import Message, MessageRead
from grantportal.models.portal import Notice
from grantportal.policy import Permission
from grantportal.queries import messages as queries
from grantportal.transaction import Bookkeeping, marking, transaction


def write(actor: Actor, case_id: int, command: WriteMessage) -> int:
    """Write to the other side. The message is a handling of the case, and those who may answer are told that it waits.

    Answers its id. Raises AlreadySent for the same text from the same page once more.
    """
    with transaction(actor, EventKind.MESSAGE_SENT) as act:
        case = queries.case(act.actor, case_id, lock=True)
        if case is None:
            raise NotVisible
        policy.require(act.actor, Permission.WRITE_MESSAGE, case)
        messages.ensure_may_write(case.registration_number, case.closed_at)
        if act.actor.user_id is None:
            raise NoRight("a message is written by a person")
        messages.ensure_not_sent(command, queries.own_since(case.id, act.actor.user_id, command.seen))
        kept = personal_numbers.kept({"text": command.text}, command.number_reason)
        from_authority = act.actor.is_authority
        party = case.organisation.name
        record = add_record(
            act,
            case,
            RecordKind.MESSAGE,
            Direction.OUT if from_authority else Direction.IN,
            title="Meddelande till parten" if from_authority else "Meddelande från parten",
            counterpart=party,
            text=command.text,
        )
        message = Message(
            case_id=case.id,
            organisation_id=case.organisation_id,
            record_id=record.id,
            direction=record.direction,
            text=command.text,
            written_by_id=act.actor.user_id,
            written_at=clock.received(),
        )
        act.session.add(message)
        act.session.flush()
        roles = policy.told_of_messages(from_authority=from_authority)
        # Neither who wrote nor what: the notice and its mail say only that something waits.
        waits = f"Läs och svara i ärende {case.registration_number}."
        if from_authority:
            notices.tell_party(act, case, "Nytt meddelande från myndigheten", waits, *roles)
        else:
            notices.tell_authority(act, case, f"Nytt meddelande från {party}", waits, *roles)
        act.about(message, receiver="parten" if from_authority else "myndigheten", **kept)
        return message.id


def mark_read(actor: Actor, case_id: int, message_id: int) -> int:
    """The person has been shown the case's messages to this one; what was told of them is read too.

    Answers how many notices were thereby read. It is no matter if the database is busy: they are unread until next time.
    """
    read_now = 0
    with marking(Bookkeeping.READ_MARKS) as session:
        here = db.insert(MessageRead).values(case_id=case_id, user_id=actor.user_id, message_id=message_id)
        session.execute(
            here.on_conflict_do_update(
                index_elements=[MessageRead.case_id, MessageRead.user_id],
                set_={"message_id": message_id},
                where=MessageRead.message_id < message_id,
            )
        )
        read = session.execute(
            update(Notice)
            .where(
                Notice.user_id == actor.user_id,
                Notice.case_id == case_id,
                Notice.about == Message.__tablename__,
                Notice.about_id <= message_id,
                Notice.read_at.is_(None),
            )
            .values(read_at=clock.now())
        )
        read_now += int(read.rowcount)  # type: ignore[attr-defined]  # an UPDATE always has a count
    return read_now
