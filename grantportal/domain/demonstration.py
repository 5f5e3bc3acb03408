"""The demonstration's day: moved forward by whoever looks at it, never back."""

from dataclasses import dataclass
from datetime import date, timedelta

from grantportal.domain.errors import RuleViolation

LAST_DAY = date(2039, 12, 31)


def decision_note(*, sums_are_example: bool, sought_is_example: bool, has_annex: bool) -> str:
    """What is real in one of the demonstration's decisions: all the rest of it is invented.

    Of a call whose sums are invented nothing is said to be real but the party: whoever looks at the demonstration may have
    set it up, of a statsbidrag that there is not.
    """
    if sums_are_example:
        return "Parten är verklig. Beslutet är påhittat."
    real = ["parten", "uppdraget", "utgången", "beslutsdagen"]
    real.append("beviljade belopp per år" if sought_is_example else "sökta och beviljade belopp per år")
    if has_annex:
        real.append("de rubriker i bilagan som inte är märkta")
    return f"Verkliga är {', '.join(real[:-1])} och {real[-1]}. Allt annat är påhittat."


@dataclass(frozen=True)
class MoveDay:
    """A number of days forward, or a day: one of the two."""

    days: int | None = None
    day: date | None = None


def day_after_moving(command: MoveDay, *, today: date) -> date:
    """The new day. What has happened cannot be undone by moving back: begin anew instead."""
    if (command.days is None) == (command.day is None):
        raise RuleViolation("Skriv antingen ett antal dagar eller ett datum.", field="days")
    field = "days" if command.day is None else "day"
    chosen = command.day or today + timedelta(days=command.days or 0)
    if chosen <= today:
        raise RuleViolation("Dagen kan bara flyttas framåt. Välj en senare dag, eller börja om.", field=field)
    if chosen > LAST_DAY:
        raise RuleViolation(f"Välj en dag till och med {LAST_DAY.isoformat()}.", field=field)
    return chosen
