"""Bilagor: which files an application may carry, why one is refused, and what it is called.

A file is known by its content, never by its name. What is refused is told in one sentence that also says how to send it
otherwise.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from grantportal.domain.errors import RuleViolation
from grantportal.domain.forms import canonical
from grantportal.domain.lifecycle import Lifecycle
from grantportal.domain.texts import one_line

MEGABYTE = 1024 * 1024
MOST_BYTES = 15 * MEGABYTE
"""The largest file."""
MOST_UNPACKED = 200 * MEGABYTE
"""The most that a file may become when it is opened."""
MOST_RATIO = 200
"""How many times its size a packed part may become, when it becomes more than a megabyte."""
MOST_PARTS = 2_000
"""The most parts of a document."""
MOST_PIXELS = 100_000_000
LONGEST_NAME = 255
"""In bytes, as file systems count."""
MOST_FILES = 20
"""The most files that one question may ask for."""


class AttachmentKind(StrEnum):
    """The kinds of file that are received."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PNG = "png"
    JPG = "jpg"

    @property
    def text(self) -> str:
        """What people call it."""
        return self.value

    @property
    def media_type(self) -> str:
        """What the file is served as."""
        return MEDIA_TYPES[self]


_OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES = {
    AttachmentKind.PDF: "application/pdf",
    AttachmentKind.DOCX: f"{_OFFICE}.wordprocessingml.document",
    AttachmentKind.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    AttachmentKind.PNG: "image/png",
    AttachmentKind.JPG: "image/jpeg",
}
KIND_OF = {media_type: kind for kind, media_type in MEDIA_TYPES.items()}
ENDINGS = {kind: {f".{kind.value}"} for kind in AttachmentKind} | {AttachmentKind.JPG: {".jpg", ".jpeg"}}
ACCEPTED = ",".join(sorted(ending for endings in ENDINGS.values() for ending in endings))
"""What the browser's own chooser shows first."""


class AttachmentRefusal(StrEnum):
    """Why a file is not received."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN = "unknown"
    OLD_OFFICE = "old_office"
    MISLABELLED = "mislabelled"
    MACRO = "macro"
    ENCRYPTED = "encrypted"
    BOMB = "bomb"
    NESTED = "nested"
    SVG = "drawing"
    HTML = "web_page"
    EXTERNAL = "external"
    POLYGLOT = "polyglot"
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"
    BUSY = "busy"
    CHILDREN = "children"
    VIRUS = "virus"
    QUOTA = "quota"


_R = AttachmentRefusal
REFUSALS: dict[AttachmentRefusal, str] = {
    _R.EMPTY: "Filen är tom: öppna den på datorn, kontrollera att den har ett innehåll och spara den på nytt.",
    _R.TOO_LARGE: "Filen är större än 15 MB: dela upp den i flera filer, eller spara bilderna i den med lägre upplösning.",
    _R.UNKNOWN: "Vi tar emot pdf, docx, xlsx, png och jpg: spara innehållet som pdf och lägg till den i stället.",
    _R.OLD_OFFICE: "Filen är sparad i ett äldre format: öppna den och spara den som docx, xlsx eller pdf.",
    _R.MISLABELLED: "Filens namn säger en sak och innehållet en annan: spara filen på nytt i det program som den är gjord i.",
    _R.MACRO: "Filen innehåller makron eller annat som kan köras: spara den utan makron, eller som pdf.",
    _R.ENCRYPTED: "Filen är låst med lösenord eller kryptering: spara den utan lösenord och lägg till den igen.",
    _R.BOMB: "Filen blir för stor när den öppnas: spara innehållet som pdf, eller dela upp det i flera filer.",
    _R.NESTED: "Filen har en annan fil inuti sig: lägg till den filen för sig, eller spara hela dokumentet som pdf.",
    _R.SVG: "Vi tar inte emot bilder i formatet svg: spara bilden som png eller pdf.",
    _R.HTML: "Vi tar inte emot webbsidor: skriv ut sidan till en pdf och lägg till den i stället.",
    _R.EXTERNAL: "Filen hämtar innehåll från en annan plats när den öppnas: ta bort kopplingen, eller spara dokumentet som pdf.",
    _R.POLYGLOT: "Filen innehåller mer än själva dokumentet: öppna den och spara den på nytt, till exempel som pdf.",
    _R.DAMAGED: "Filen går inte att läsa: öppna den på datorn och spara den på nytt, till exempel som pdf.",
    _R.UNREADABLE: "Filen tog för lång tid eller för mycket minne att kontrollera: skriv ut den till en ny pdf och lägg till den.",
    _R.BUSY: "Just nu kontrolleras många filer: vänta en minut och lägg till filen igen.",
    _R.CHILDREN: (
        "Filen är inte sparad, eftersom den innehåller uppgifter om enskilda personer: ta bort uppgifterna eller ersätt dem med "
        "siffror för hela gruppen, och lägg till filen igen."
    ),
    _R.VIRUS: "Filen är spärrad, eftersom viruskontrollen fann skadlig kod i den: ta bort den och lägg till en ren fil.",
    _R.QUOTA: "Organisationens utrymme för filer är fullt: ta bort filer som inte behövs, eller spara filen i mindre storlek.",
}


class Refused(RuleViolation):
    """The file is not received. `refusal` says why, and the message also how to send it otherwise."""

    def __init__(self, refusal: AttachmentRefusal) -> None:
        super().__init__(REFUSALS[refusal], field="file")
        self.refusal = refusal


# --- What a file is called -----------------------------------------------------------------------------------------

_RESERVED = re.compile(r"(con|prn|aux|nul|clock\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def shown_name(raw: str) -> str:
    """The name as people see it: the one that the file had, cleaned only of what cannot be shown."""
    seen = "".join(char for char in raw if unicodedata.category(char) not in {"Cf", "Zl", "Zp", "Co", "Cn"})
    return _shortened(one_line(seen) or "Namnlös fil", LONGEST_NAME)


def download_name(shown: str, kind: AttachmentKind | None = None) -> str:
    """The name that the file is saved under at the reader's: it names no folder, no device and no other kind of file."""
    name = _UNSAFE.sub("_", shown).strip(" .") or "fil"
    if kind is not None and ending_of(name) not in ENDINGS[kind]:
        name = f"{name}.{kind.value}"
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    return _shortened(name, 200)


def ending_of(name: str) -> str:
    """«.pdf», in small letters; empty where the name has none."""
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem and re.fullmatch(r"[^\W_]{1,8}", ending) else ""


def _shortened(name: str, most: int) -> str:
    if len(name.encode()) <= most:
        return name
    ending = name[len(name) - len(ending_of(name)) :] if ending_of(name) else ""
    room = most - len(ending.encode())
    return name.encode()[:room].decode("utf-8", "ignore").rstrip() + ending


def ensure_name_fits(name: str, kind: AttachmentKind) -> None:
    """A name that says another kind than the content is a file made to deceive, or a mistake. Raises Refused."""
    ending = ending_of(name)
    if ending and ending not in ENDINGS[kind]:
        raise Refused(AttachmentRefusal.MISLABELLED)


# --- Its states ----------------------------------------------------------------------------------------------------


class FileStatus(StrEnum):
    """What may be done with a stored file: nobody reads one before it has been scanned, where files are scanned."""

    WAITING = "waiting"
    READY = "ready"
    BLOCKED = "blocked"


class FileAction(StrEnum):
    """What may happen to it."""

    PASS = "pass"
    BLOCK = "block"
    READ = "read"


FILE: Lifecycle[FileStatus, FileAction] = Lifecycle(
    {
        (FileStatus.WAITING, FileAction.PASS): FileStatus.READY,
        (FileStatus.WAITING, FileAction.BLOCK): FileStatus.BLOCKED,
        (FileStatus.READY, FileAction.READ): FileStatus.READY,
    },
    refusal="Filen kan inte läsas än. Den visas när viruskontrollen är klar.",
)

FILE_TEXTS = {
    FileStatus.WAITING: "Väntar på viruskontroll",
    FileStatus.READY: "",
    FileStatus.BLOCKED: "Spärrad av viruskontrollen",
}


# --- As an answer --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SendAttachment:
    """A file as somebody sends it, with what they say of it."""

    name: str
    content: bytes
    about_children: bool
    reason: str = ""


@dataclass(frozen=True)
class AddAttachment:
    """A file that has been inspected: what it is called and what it is."""

    shown_name: str
    kind: AttachmentKind
    reason: str = ""
    """Why a personnummer stands in its name."""


@dataclass(frozen=True)
class Attached:
    """A file in an answer."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str
    status: FileStatus = FileStatus.READY

    @property
    def line(self) -> str:
        """«Budget.xlsx (12 kB)»."""
        return f"{self.name} ({size_text(self.size)})"

    @property
    def is_ready(self) -> bool:
        """Whether it may be read."""
        return FILE.allows(self.status, FileAction.READ)

    @property
    def state(self) -> str:
        """Why it may not be read; empty when it may."""
        return FILE_TEXTS[self.status]

    def frozen(self) -> dict[str, str | int]:
        """What a frozen version keeps of it."""
        return {"name": self.name, "media_type": self.media_type, "size": self.size, "sha256": self.sha256}


def written(files: Iterable[Attached]) -> str:
    """The files as an answer's text; empty for none."""
    listed = [asdict(file) for file in files]
    return canonical(listed) if listed else ""


def read(text: str) -> tuple[Attached, ...]:
    """The files that `written` wrote."""
    return tuple(
        Attached(**{**each, "status": FileStatus(each["status"])}) for each in (json.loads(text) if text else [])
    )


def size_text(size: int) -> str:
    """«12 kB» or «1,4 MB»."""
    if size < MEGABYTE:
        return f"{max(1, round(size / 1024))}\u00a0kB"
    return f"{size / MEGABYTE:.1f}\u00a0MB".replace(".", ",")


def ensure_room(size: int, *, used: int, most: int) -> None:
    """An organisation has so much room for its files, and no more. Raises Refused."""
    if used + size > most:
        raise Refused(AttachmentRefusal.QUOTA)
