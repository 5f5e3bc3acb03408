"""The demonstration's day. It changes no row but its own: what is late or open follows from the day."""

from datetime import date

from grantportal.domain import clock
from grantportal.domain.demonstration import MoveDay, day_after_moving
from grantportal.domain.errors import NotVisible, RuleViolation
from grantportal.queries import accounts, portal
from grantportal.queries import demonstration as applications
from grantportal.transaction import Bookkeeping, bookkeeping


def mark() -> None:
    """Mark a new and empty installation as the demonstration. Never a real one."""
    with bookkeeping(Bookkeeping.DEMONSTRATION):
        row = portal.row()
        if not row.is_demonstration and accounts.everybody():
            raise RuleViolation("Databasen hör till en riktig installation och kan inte bli en demonstration.")
        row.is_demonstration = True


def show_from(first_day: date) -> None:
    """The story is told: say which day is shown today."""
    with bookkeeping(Bookkeeping.DEMONSTRATION):
        row = portal.row()
        row.moved_days = _days_to(first_day)
        row.story_told_at = clock.real_now()


def mark_sought_as_example(application_id: int) -> None:
    """What a region of the story seeks is invented, where no public source states it."""
    with bookkeeping(Bookkeeping.DEMONSTRATION):
        applications.application(application_id).sought_is_example = True


def move_day(command: MoveDay) -> date:
    """Move the portal's day forward, and answer the new day."""
    with bookkeeping(Bookkeeping.DEMONSTRATION):
        row = portal.row()
        if not row.is_demonstration:
            raise NotVisible
        day = day_after_moving(command, today=clock.today())
        row.moved_days = _days_to(day)
        return day


def _days_to(day: date) -> int:
    return (day - clock.stockholm(clock.real_now()).date()).days
