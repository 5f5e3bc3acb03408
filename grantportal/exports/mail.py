"""Mail: says that something waits, and where; never what. An invitation carries the one-time link too."""

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


INVITED = "Du har fått behörighet i Bidragsportalen"
INVITED_TEXT = """Hej!

Du är {role} i {organisation} i Bidragsportalen.
{what}

{link}

Det här brevet skickas automatiskt och går inte att svara på. Vet du inte varför du har fått det kan du bortse från det.
"""
ASKED = "Inbjudan till Bidragsportalen"
ASKED_TEXT = """Hej!

{organisation} vill att du blir {role} i Bidragsportalen. Öppna länken för att läsa vad det gäller och tacka ja eller nej:

{link}

Länken är din egen och gäller i {days} dagar. Vet du inte varför du har fått brevet kan du bortse från det: ingenting händer om
du inte tackar ja. Det här brevet skickas automatiskt och går inte att svara på.
"""
NEW_DEVICE = "Ny inloggning på ditt konto i Bidragsportalen"
NEW_DEVICE_TEXT = """Hej!

Den {when} loggade någon in på ditt konto i Bidragsportalen i en webbläsare som inte har använts för kontot förut.
Var det du behöver du inte göra något.

Var det inte du kan någon annan ha ditt lösenord. Kontakta oss genast:

{link}

Det här brevet skickas automatiskt och går inte att svara på.
"""
OMBUD = "Din ansökan om att bli ombud i Bidragsportalen"
OMBUD_TEXT = """Hej!

Det finns något att läsa om din ansökan om att bli ombud, diarienummer {number}. Öppna den med länken:

{link}

Länken är din egen. Det här brevet skickas automatiskt och går inte att svara på.
"""


def message(letter: Letter) -> EmailMessage:
    """A mail that something waits, ready to send."""
    about = f" Det gäller ärende {letter.registration_number}." if letter.registration_number else ""
    return _made(letter, SUBJECT, TEXT.format(about=about, link=letter.link))


def invitation(letter: Letter, *, role: str, organisation: str, link_hours: int) -> EmailMessage:
    """A mail about a behörighet. `link_hours` is how long the link holds; 0 when it is only the way to sign in."""
    what = "Logga in här:"
    if link_hours:
        what = f"Välj ett lösenord med länken. Den gäller en gång, i {link_hours} timmar:"
    text = INVITED_TEXT.format(role=role, organisation=organisation, what=what, link=letter.link)
    return _made(letter, INVITED, text)


def asked(letter: Letter, *, role: str, organisation: str, days: int) -> EmailMessage:
    """A mail that asks somebody to take a behörighet. Nothing in it is what the inviter has typed."""
    return _made(letter, ASKED, ASKED_TEXT.format(organisation=organisation, role=role, link=letter.link, days=days))


def new_device(letter: Letter) -> EmailMessage:
    """A mail to a person whose account has been used with a device that was not known for it."""
    return _made(letter, NEW_DEVICE, NEW_DEVICE_TEXT.format(when=clock.day_time_text(letter.at), link=letter.link))


def ombud_application(letter: Letter) -> EmailMessage:
    """A mail to somebody who has asked to be an ombud, and has no account yet."""
    return _made(letter, OMBUD, OMBUD_TEXT.format(number=letter.registration_number, link=letter.link))


def _made(letter: Letter, subject: str, text: str) -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made["From"] = letter.sender
    made["To"] = letter.to
    made["Subject"] = subject
    made["Date"] = format_datetime(clock.stockholm(letter.at))
    made["Message-ID"] = f"<bidragsportalen-{letter.key}@{letter.host}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    return made
