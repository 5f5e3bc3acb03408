"""What a use case may answer instead of doing what was asked. All messages are Swedish sentences for the reader."""

from dataclasses import dataclass

from grantportal.domain.texts import Pieces, differences


class RuleViolation(Exception):
    """A rule says no. `message` tells what to do; `field` names the form field it stands beside (None: above the form)."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class RuleViolations(RuleViolation):
    """Several rules say no at once: the whole list, so that the person can mend them all in one go."""

    def __init__(self, violations: "list[RuleViolation]") -> None:
        super().__init__(violations[0].message, field=violations[0].field)
        self.violations = violations


class TooManyAttempts(RuleViolation):
    """It has been tried too often. `seconds` is when it may be tried again: 1 to 60."""

    def __init__(self, seconds: int) -> None:
        unit = "sekund" if seconds == 1 else "sekunder"
        super().__init__(f"Det har gjorts för många försök. Försök igen om {seconds} {unit}.")
        self.seconds = seconds


class NoRight(Exception):
    """The person may see the thing but not do this with it (403)."""


class NotVisible(Exception):
    """It does not exist, or it is another organisation's: the answer is the same (404)."""


class SavedMeanwhile(Exception):
    """The database chose another transaction; the whole act may be tried again (deadlock, timeout, busy)."""


@dataclass(frozen=True)
class TextClash:
    """Somebody else saved the same answer after the page was loaded: both texts, so that none is lost."""

    field: str
    theirs: str
    yours: str
    by: str
    version: int

    @property
    def differences(self) -> tuple[Pieces, Pieces]:
        """Both texts in pieces, each marked when the other does not have it."""
        return differences(self.theirs, self.yours)


class Clash(RuleViolation):
    """At least one answer was changed by another person meanwhile."""

    def __init__(self, clashes: list[TextClash]) -> None:
        names = ", ".join(sorted({clash.by for clash in clashes if clash.by}))
        super().__init__(f"{names or 'Någon annan'} har ändrat samma svar. Jämför texterna och spara igen.")
        self.clashes = clashes
