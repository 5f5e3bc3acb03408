"""Every setting, its default, and what it is for. Read from GRANTPORTAL_<NAME> or `settings.toml` in the instance folder."""

import os
import secrets
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from grantportal.domain.reminders import ReminderDays
from grantportal.domain.sweeping import KeptDays
from grantportal.keyring import Keyring, write_once


@dataclass(frozen=True)
class Settings:
    """An installation's settings."""

    instance: Path
    """Folder that the installation owns: embedded database, files, outgoing mail."""
    database_url: str = ""
    """SQLAlchemy address; empty means SQLite in the instance folder."""
    secret_key: str = ""
    """Signs the form tokens; made and kept in the instance folder when empty."""
    keys_dir: str = ""
    """Folder of the keys that sign the history and encrypt secrets; empty means `keys` in the instance folder."""
    anchor_minutes: int = 60
    """How old an anchor of the history is at least before the next is made, when something has happened."""
    anchors_file: str = ""
    """File outside the installation that each anchor is added to; empty means none."""
    demonstration: bool = False
    """Whether this is the demonstration: invented persons, one-click sign-in, a day that can be moved."""
    authority_name: str = "Socialstyrelsen"
    authority_number: str = "202100-0555"
    """The authority that owns the installation; organisationsnummer."""
    authority_address: str = ""
    """Where an appeal is handed in, as a decision names it: «Box 1, 111 11 Orten»."""
    appeal_court: str = ""
    """The förvaltningsrätt that tries appeals of the authority's decisions, as a decision names it."""
    contact_email: str = "bidragsportalen@example.se"
    """Where readers can write; shown in the footer and the accessibility statement."""
    reply_days: int = 5
    """Within how many working days somebody who cannot use the portal gets an answer."""
    retention_of_cases: str = "Tills myndigheten beslutar om gallring, eller för alltid."
    retention_of_accounts: str = "Så länge du har ett uppdrag. Ditt namn finns kvar i ärenden som du har arbetat med."
    retention_of_sign_ins: str = "I högst ett år."
    """How long personal data is kept, in the words that the page about personal data uses."""
    public_url: str = "http://127.0.0.1:5000"
    """The address that mail links to, and the Host that the portal answers to."""
    registration_prefix: str = ""
    """What a diarienummer begins with; empty means DEMO in the demonstration and nothing elsewhere."""
    smtp_host: str = ""
    """Mail server; empty writes each message to instance/mail/ instead."""
    smtp_port: int = 25
    smtp_starttls: bool = False
    """Whether mail goes encrypted, by STARTTLS, to a server whose certificate holds for its name."""
    smtp_user: str = ""
    """With which name the portal signs in to the mail server; empty when it does not."""
    smtp_password: str = field(default="", repr=False)
    mail_from: str = "bidragsportalen@example.se"
    clamav: str = ""
    """Where ClamAV listens: `host:port`, or the path of its socket. Empty: files are not scanned for viruses."""
    organisation_files_mb: int = 500
    """How much room an organisation has for the files of its applications, in megabytes."""
    session_idle_minutes: int = 60
    session_hours: int = 12
    link_hours: int = 72
    """How long a one-time link holds."""
    supplement_reminder_days: str = "3"
    """How many working days before the last day of a komplettering the party is reminded; several with commas between."""
    report_reminder_days: str = "10, 3"
    """The same of a återrapportering."""
    overdue_reminder_days: int = 1
    """How many working days after such a last day both sides are told that it has passed."""
    max_active_ombud: int = 3
    """How many ombud an organisation can have at a time."""
    sign_in_attempts: int = 10
    """How many wrong attempts per account within the window: of each known device, and of all unknown ones together."""
    sign_in_attempts_per_address: int = 100
    """The same of unknown devices per address that they come from; a whole organisation may share one."""
    sign_in_window_minutes: int = 15
    keep_sessions_days: int = 365
    """How many days sessions and one-time links are kept after they have ended; 0 keeps them."""
    keep_attempts_days: int = 30
    """The same of attempts to sign in."""
    keep_outbox_days: int = 90
    """The same of work that the worker has done."""
    keep_notices_days: int = 365
    """The same of messages to a person, from the day that they are read."""
    threads: int = 4
    """Threads in each process that `grantportal serve` answers with; as many answers at a time."""
    database_connections: int = 0
    """The most that a process has open to the database; 0 means two for each thread, and one."""
    statement_seconds: int = 60
    """A statement of a page that takes longer in PostgreSQL is broken off; 0 means never."""
    limits_url: str = "memory://"
    """Where searches, downloads, uploads and one-time links are counted: redis://… for all processes together; empty never."""
    proxies: int = 0
    """How many proxies stand before the portal and tell whom the request came from; 0 when none does."""
    json_logs: bool = False
    """Whether each line of the log is a JSON object, with a line for each request."""
    metrics_port: int = 0
    """The port of this machine alone where the worker tells figures to Prometheus; 0 means nowhere."""
    require_second_factor: bool = False
    """Whether everybody must use an engångskod; otherwise those who have set one up."""
    secure_cookies: bool = True
    """Cookies only over https; off in the demonstration, which is served on http on this machine."""

    @property
    def database(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{self.instance / 'portal.sqlite3'}"

    @property
    def connections(self) -> int:
        """The most that a process has open to the database: a page reads with one while an act writes with another."""
        return self.database_connections or 2 * self.threads + 1

    @property
    def numbers_begin_with(self) -> str:
        """What diarienummer begin with here."""
        return self.registration_prefix or ("DEMO" if self.demonstration else "")

    @property
    def reminder_days(self) -> ReminderDays:
        """When the portal reminds. Raises ValueError that says how it is written."""
        return ReminderDays(
            before_supplement=_days("supplement_reminder_days", self.supplement_reminder_days),
            before_report=_days("report_reminder_days", self.report_reminder_days),
            after=_days("overdue_reminder_days", self.overdue_reminder_days)[0],
        )

    @property
    def kept_days(self) -> KeptDays:
        """How long rows are kept that have served."""
        return KeptDays(
            sessions=self.keep_sessions_days,
            attempts=self.keep_attempts_days,
            outbox=self.keep_outbox_days,
            notices=self.keep_notices_days,
        )

    @property
    def named_address(self) -> str:
        """The address that decisions name; the demonstration's is invented."""
        return self.authority_address or ("Påhittade gatan 1, 000 00 Exempelstad" if self.demonstration else "")

    @property
    def named_court(self) -> str:
        """The förvaltningsrätt that decisions name; the demonstration's is invented."""
        return self.appeal_court or ("Förvaltningsrätten i Exempelstad" if self.demonstration else "")

    @property
    def files(self) -> Path:
        """Where stored files are."""
        return self.instance / "files"

    @property
    def keyring(self) -> Keyring:
        """The keys that lie outside the database."""
        return Keyring(Path(self.keys_dir) if self.keys_dir else self.instance / "keys")

    @property
    def keys_lie_inside(self) -> bool:
        """Whether the keys lie in the instance folder: who takes or writes over that has them too."""
        return self.keyring.folder.resolve().is_relative_to(self.instance.resolve())

    @property
    def mail(self) -> Path:
        """Where messages are written when there is no mail server."""
        return self.instance / "mail"


SHORTEST_SECRET = 32
"""Characters: what signs sessions and links cannot be guessed."""


class SettingsError(Exception):
    """The portal cannot start as it is set up: a sentence for the operator, who mends it."""


def load(*, create: bool = False, **given: Any) -> Settings:
    """Settings from the environment, then `settings.toml`, then the defaults; `given` goes before all of them.

    `create` makes the instance folder and its secret where there is none: only `grantportal db upgrade` does. Raises
    SettingsError where there is no installation, or where its secret is no secret, and ValueError for a setting that is
    not understood.
    """
    instance = Path(given.pop("instance", None) or os.environ.get("GRANTPORTAL_INSTANCE") or "instance").resolve()
    if create:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    elif not instance.is_dir():
        raise SettingsError(f"Det finns ingen installation i {instance}. Den görs med: grantportal db upgrade")
    written = instance / "settings.toml"
    stored = tomllib.loads(written.read_text("utf-8")) if written.exists() else {}
    values: dict[str, Any] = {}
    for each in fields(Settings):
        if each.name == "instance":
            continue
        raw = given.get(each.name, os.environ.get(f"GRANTPORTAL_{each.name.upper()}", stored.get(each.name)))
        if raw is not None:
            values[each.name] = _typed(raw, each.type)
    if not values.get("secret_key"):
        values["secret_key"] = _kept_secret(instance / "secret_key", create=create)
    elif len(values["secret_key"]) < SHORTEST_SECRET:
        raise SettingsError(f"Inställningen secret_key är för kort. Den ska ha minst {SHORTEST_SECRET} tecken.")
    settings = Settings(instance=instance, **values)
    if create:
        settings.keyring.make()
    if settings.smtp_user and not settings.smtp_starttls:
        raise SettingsError("Inställningen smtp_user kräver smtp_starttls: lösenordet skickas inte okrypterat.")
    # What is wrong in them is told now, and not by the worker at night.
    _ = settings.reminder_days
    return settings


def close_to_others(instance: Path) -> None:
    """Take from everybody but their owner the right to what an older portal has left in the instance folder."""
    for path in (instance, *instance.rglob("*")):
        mode = path.lstat().st_mode
        if mode & 0o077 and not path.is_symlink():
            path.chmod(mode & 0o700)


def _days(name: str, written: object) -> tuple[int, ...]:
    parts = [part.strip() for part in str(written).split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and 1 <= int(part) <= 250 for part in parts):
        raise ValueError(f"{name}: write numbers of working days from 1 to 250, with commas between, as in 10, 3")
    return tuple(int(part) for part in parts)


def _typed(raw: Any, kind: Any) -> Any:
    if kind is bool and isinstance(raw, str):
        return raw.strip().lower() in {"1", "true", "yes", "ja"}
    return int(raw) if kind is int else raw


def _kept_secret(path: Path, *, create: bool) -> str:
    """The installation's own secret, made once and readable by its owner only: whole on the disk, or not there at all."""
    if create and not path.exists():
        write_once(path, secrets.token_hex(SHORTEST_SECRET))
    if not path.exists():
        raise SettingsError(
            f"Nyckeln {path} saknas. Lägg tillbaka den ur säkerhetskopian. En ny görs med: grantportal db upgrade"
        )
    kept = path.read_text("utf-8").strip()
    if len(kept) < SHORTEST_SECRET:
        raise SettingsError(
            f"Nyckeln {path} är tom eller för kort. Lägg tillbaka den ur säkerhetskopian, eller ta bort filen och gör en ny "
            "med: grantportal db upgrade"
        )
    return kept


def folder(name: str) -> Path:
    """`templates` or `migrations`: inside the installed package, else at the root of the checkout."""
    here = Path(__file__).resolve().parent
    inside = here / name
    return inside if inside.is_dir() else here.parent / name
