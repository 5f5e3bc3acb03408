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


class AttachmentDetail(StrEnum):
    """What is so of the very file, where that says more than its refusal."""

    PDF_FORM = "pdf_form"
    PDF_SCRIPT = "pdf_script"
    PDF_STARTS = "pdf_starts"
    PDF_MEDIA = "pdf_media"
    PDF_CUT = "pdf_cut"
    PDF_FETCHES = "pdf_fetches"
    PDF_ATTACHED = "pdf_attached"
    PDF_SIGNED = "pdf_signed"
    PDF_SIGNED_MORE = "pdf_signed_more"
    PDF_SIGNED_LOCKED = "pdf_signed_locked"
    PDF_SIGNED_LARGE = "pdf_signed_large"
    EMAIL = "email"
    WEB_PART = "web_part"
    TEMPLATE = "template"
    PICTURE = "picture"
    LOCAL_LINK = "local_link"
    FIELD = "field"
    FORMULA = "formula"
    OTHER_BOOK = "other_book"


_D = AttachmentDetail
DETAILS: dict[AttachmentDetail, str] = {
    _D.PDF_FORM: (
        "Filen är ett pdf-formulär av en sort som bara vissa program kan visa: öppna det, välj att skriva ut det till en pdf, "
        "och lägg till den utskriften."
    ),
    _D.PDF_SCRIPT: (
        "Pdf-filen innehåller programkod (JavaScript): öppna den, välj att skriva ut den till en ny pdf, och lägg till den."
    ),
    _D.PDF_STARTS: (
        "Pdf-filen innehåller ett kommando som startar ett program på läsarens dator: öppna den, välj att skriva ut den till "
        "en ny pdf, och lägg till den."
    ),
    _D.PDF_MEDIA: (
        "Pdf-filen innehåller film, ljud eller annat som spelas upp: välj att skriva ut den till en ny pdf, och lägg till den."
    ),
    _D.PDF_CUT: (
        "Pdf-filen är inte hel, eftersom delar av den saknas: hämta eller kopiera den på nytt från där den kom, och lägg till "
        "den igen."
    ),
    _D.PDF_FETCHES: (
        "Pdf-filen öppnar en annan plats eller skickar uppgifter dit av sig själv: välj att skriva ut den till en ny pdf, och "
        "lägg till den."
    ),
    _D.PDF_ATTACHED: (
        "Pdf-filen har en bifogad fil inuti sig som vi inte kan kontrollera: lägg till den bifogade filen för sig, och skriv "
        "ut själva dokumentet till en ny pdf."
    ),
    _D.PDF_SIGNED: (
        "Pdf-filen är elektroniskt underskriven men innehåller något som körs, hämtas eller bifogas på ett sätt som vi inte "
        "tar emot: be den som skapade filen om ett underskrivet exemplar utan det, för underskriften slutar att gälla om "
        "filen sparas om."
    ),
    _D.PDF_SIGNED_MORE: (
        "Pdf-filen är elektroniskt underskriven men innehåller mer än själva dokumentet: hämta den på nytt där den skrevs "
        "under, för underskriften slutar att gälla om filen sparas om."
    ),
    _D.PDF_SIGNED_LOCKED: (
        "Pdf-filen är elektroniskt underskriven men låst med lösenord eller kryptering: be den som skapade filen om ett "
        "underskrivet exemplar utan lås, för underskriften slutar att gälla om filen sparas om."
    ),
    _D.PDF_SIGNED_LARGE: (
        "Pdf-filen är elektroniskt underskriven men blir för stor när den öppnas: be den som skapade filen om ett mindre "
        "underskrivet exemplar, för underskriften slutar att gälla om filen sparas om."
    ),
    _D.EMAIL: (
        "Filen är ett mejl: spara mejlets bilaga för sig och lägg till den, eller skriv ut mejlet till en pdf och lägg till den."
    ),
    _D.WEB_PART: (
        "Dokumentet har en webbsida eller ett annat dokument inuti sig: öppna det, kopiera innehållet till ett nytt dokument, "
        "eller spara det som pdf."
    ),
    _D.TEMPLATE: (
        "Dokumentet hämtar sin mall från en server när det öppnas: ta bort kopplingen till mallen i Word under Utvecklare och "
        "Dokumentmall, eller spara dokumentet som pdf."
    ),
    _D.PICTURE: (
        "Dokumentet hämtar en bild eller något annat från en annan plats när det öppnas: klistra in innehållet i dokumentet i "
        "stället för att länka till det, eller spara dokumentet som pdf."
    ),
    _D.LOCAL_LINK: (
        "Dokumentet har en länk till en fil på en dator eller en server: ta bort länken, eller spara dokumentet som pdf."
    ),
    _D.FIELD: (
        "Dokumentet har ett fält som hämtar innehåll från ett annat program eller en annan fil: ta bort fältet, eller spara "
        "dokumentet som pdf."
    ),
    _D.FORMULA: (
        "Kalkylbladet har en formel som hämtar något från webben eller från ett annat program: ersätt formeln med dess värde, "
        "eller spara kalkylbladet som pdf."
    ),
    _D.OTHER_BOOK: (
        "Kalkylbladet hämtar värden från en annan fil eller en databas: bryt länkarna i Excel under Data och Redigera länkar, "
        "eller spara kalkylbladet som pdf."
    ),
}


class Refused(RuleViolation):
    """The file is not received. `refusal` says why, and the message also how to send it otherwise."""

    def __init__(self, refusal: AttachmentRefusal, detail: AttachmentDetail | None = None) -> None:
        super().__init__(DETAILS[detail] if detail else REFUSALS[refusal], field="file")
        self.refusal = refusal
        self.detail = detail


# --- What follows along --------------------------------------------------------------------------------------------


class Follows(StrEnum):
    """What a file carries that whoever looks at it may not see."""

    TRACKED = "tracked"
    COMMENTS = "comments"
    HIDDEN_TEXT = "hidden_text"
    HIDDEN_ROWS = "hidden_rows"
    HIDDEN_SHEETS = "hidden_sheets"
    POSITION = "position"
    ATTACHED = "attached"


FOLLOWS_TEXTS = {
    Follows.TRACKED: "Spårade ändringar följer med: text som är struken går att läsa. Godkänn ändringarna i Word om den inte ska med.",
    Follows.COMMENTS: "Kommentarer följer med. Ta bort dem om de inte ska med.",
    Follows.HIDDEN_TEXT: "Dold text följer med och går att läsa. Ta bort den om den inte ska med.",
    Follows.HIDDEN_ROWS: "Dolda rader eller kolumner följer med och går att läsa. Ta bort dem om de inte ska med.",
    Follows.HIDDEN_SHEETS: "Dolda blad följer med och går att läsa. Ta bort dem om de inte ska med.",
    Follows.POSITION: "Platsen där bilden är tagen följer med. Spara bilden utan plats om den inte ska med.",
    Follows.ATTACHED: "Filer som är bifogade inuti pdf-filen följer med, till exempel bevis om en underskrift.",
}


@dataclass(frozen=True)
class Inspected:
    """A file that is received: its kind by its content, and what follows along in it."""

    kind: AttachmentKind
    follows: tuple[Follows, ...] = ()


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


_KNOWN_ENDINGS = frozenset(
    f".{each}"
    for each in "7z app apk avi bat bin bmp cmd com cpl csv dll doc docm docx dot dotm dotx eml emf exe gif gz hta htm html iso "
    "jar jpe jpeg jpg js json jse lnk mht mov mp3 mp4 mpeg msg msi odp ods odt pdf php png pot potx pps ppsx ppt pptm pptx "
    "ps ps1 py rar reg rtf scr sh svg swf tar tif tiff txt vbe vbs wav webp wmf wsf xhtml xls xlsb xlsm xlsx xlt xltx xml "
    "zip".split()
)
"""Endings that some program opens files by. «.03» and «.undertecknat» are none."""


def ensure_size(content: bytes) -> None:
    """A file holds something, and not more than is received. Raises Refused."""
    if not content:
        raise Refused(AttachmentRefusal.EMPTY)
    if len(content) > MOST_BYTES:
        raise Refused(AttachmentRefusal.TOO_LARGE)


def ensure_name_fits(name: str, kind: AttachmentKind) -> None:
    """A name that says another kind than the content is a file made to deceive, or a mistake. Raises Refused.

    A dot within a name («Protokoll 2026.03», «Avtal.undertecknat») is no ending: only what some program opens by is.
    """
    ending = ending_of(name)
    if ending in _KNOWN_ENDINGS and ending not in ENDINGS[kind]:
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
    follows: tuple[Follows, ...] = ()
    """What follows along in it unseen."""


@dataclass(frozen=True)
class Attached:
    """A file in an answer."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str
    status: FileStatus = FileStatus.READY
    follows: tuple[Follows, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """What is said to whoever sends the file of what follows along in it."""
        return tuple(FOLLOWS_TEXTS[each] for each in self.follows)

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
        Attached(
            **{
                **each,
                "status": FileStatus(each["status"]),
                "follows": tuple(Follows(code) for code in each.get("follows", ())),
            }
        )
        for each in (json.loads(text) if text else [])
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
