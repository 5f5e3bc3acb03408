"""Mail: says that something waits, and where; never what."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from grantportal.domain import clock

SUBJECT = "Nytt meddelande i Bidragsportalen"
TEXT = """Hej!

Det finns ett nytt meddelande i Bidragsportalen.{about}
Logga in för att läsa det:

{link}

Det här brevet skickas automatiskt och går inte att svara på.
"""


@dataclass(frozen=True)
class Letter:
    """One mail. `key` is the outbox row's id: a mail that is sent twice carries the same Message-ID."""

    key: int
    to: str
    sender: str
    at: datetime
    link: str
    host: str
    registration_number: str = ""


def message(letter: Letter) -> EmailMessage:
    """The mail, ready to send."""
    made = EmailMessage(policy=SMTP)
    made["From"] = letter.sender
    made["To"] = letter.to
    made["Subject"] = SUBJECT
    made["Date"] = format_datetime(clock.stockholm(letter.at))
    made["Message-ID"] = f"<bidragsportalen-{letter.key}@{letter.host}>"
    made["Auto-Submitted"] = "auto-generated"
    about = f" Det gäller ärende {letter.registration_number}." if letter.registration_number else ""
    made.set_content(TEXT.format(about=about, link=letter.link))
    return made
