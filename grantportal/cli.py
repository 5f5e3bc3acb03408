"""The `grantportal` command. Commands call services as SYSTEM."""

import os
import signal
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from threading import Event as Flag
from typing import Any, TypeVar

import click

from grantportal import db, demonstration, logs, metrics, migrate, server, settings
from grantportal import worker as working
from grantportal.domain import clock
from grantportal.domain.accounts import CreateUser, EndMandate, GrantMandate
from grantportal.domain.actors import SYSTEM, Role
from grantportal.domain.errors import RuleViolation
from grantportal.imports.organisations import regions
from grantportal.keyring import HISTORY, NAMES, Key, KeyMissing
from grantportal.queries import accounts as account_queries
from grantportal.queries import anchors as anchor_queries
from grantportal.queries import organisations as organisation_queries
from grantportal.queries import portal as queries
from grantportal.sealing import SealBroken, Sealer
from grantportal.services import accounts, anchors, files, history, organisations, portal, sweeping, verification
from grantportal.settings import Settings, SettingsError
from grantportal.standstill import StandsStill

Answer = TypeVar("Answer")


OWNER_ONLY = 0o077


@click.group()
def main() -> None:
    """Bidragsportalen."""
    # What the portal writes, by whatever command, is for its owner only.
    os.umask(OWNER_ONLY)


@main.group("db")
def database() -> None:
    """The database's schema."""


@database.command("upgrade")
def database_upgrade() -> None:
    """Make the installation, or bring its schema to the newest version.

    What the settings say of the authority, and the organisations that every installation knows, are entered too.
    """
    chosen = _loaded(create=True)
    try:
        settings.close_to_others(chosen.instance)
    except OSError as error:
        raise click.ClickException(f"Mappen {chosen.instance} går inte att stänga för andra: {error}") from error
    db.configure(chosen.database)
    with migrate.alone():
        migrate.upgrade()
        portal.set_up(
            registration_prefix=chosen.numbers_begin_with,
            authority_address=chosen.named_address,
            appeal_court=chosen.named_court,
        )
        # What an older portal has stored lies open.
        _sealed(chosen)
        if chosen.demonstration:
            demonstration.register_known(chosen)
        else:
            organisations.register_known(chosen.authority_name, chosen.authority_number, regions())
            history.take_in()
        anchors.make(_history_key(chosen))
        db.close_read_session()
    click.echo("Databasen är uppdaterad.")


def _history_key(chosen: Settings) -> Key:
    try:
        return chosen.keyring.newest(HISTORY)
    except KeyMissing as missing:
        raise click.ClickException(str(missing)) from missing


def _ensure_writable(chosen: Settings) -> None:
    """A disk that only reads is told at the start, and not by the first who saves."""
    if not os.access(chosen.instance, os.W_OK | os.X_OK):
        raise click.ClickException(f"Mappen {chosen.instance} går inte att skriva i. Rätta det, och starta igen.")


def _loaded(**given: Any) -> Settings:
    """The settings; what is wrong with them is told, not shown as a fault."""
    try:
        return settings.load(**given)
    except (SettingsError, KeyMissing, ValueError) as error:
        raise click.ClickException(str(error)) from error


@database.command("downgrade")
@click.argument("revision")
def database_downgrade(revision: str) -> None:
    """Bring the schema back to REVISION."""
    db.configure(_loaded().database)
    with migrate.alone():
        left = migrate.downgrade(revision=revision)
    click.echo(f"Databasen är på version {revision}.")
    if left:
        click.echo("Rader som den äldre portalen inte kan visa:")
        for each in left:
            click.echo(f"  {each}")
        click.echo("Lägg tillbaka säkerhetskopian innan den äldre portalen startas, eller uppdatera igen.")


@main.command("serve")
@click.option("--host", default="127.0.0.1", help="Adressen att lyssna på.")
@click.option("--port", default=5000, help="Porten att lyssna på.")
@click.option("--processes", default=2, help="Antal processer som svarar på sidor.")
def serve(host: str, port: int, processes: int) -> None:
    """Serve the portal with its worker until stopped."""
    chosen = _opened()
    _ensure_writable(chosen)
    if chosen.demonstration and host not in server.LOOPBACK:
        raise click.ClickException("Demonstrationen släpper in vem som helst och får bara visas på den egna datorn.")
    if chosen.demonstration and not demonstration.is_loaded():
        _tell(chosen)
    if queries.is_demonstration() and not chosen.demonstration:
        raise click.ClickException(
            "Databasen innehåller demonstrationens påhittade uppgifter och får bara visas som demonstration."
        )
    click.echo(f"Bidragsportalen finns på http://{host}:{port}/")
    if chosen.demonstration:
        click.echo(f"Välj person på http://{host}:{port}/demonstration:")
        for person in demonstration.persons():
            roles = ", ".join(role.text for role in person.roles)
            click.echo(f"  {person.name}, {roles}, {person.organisation or chosen.authority_name}")
    db.close_read_session()
    # The processes that are made from this one make their own connections.
    db.engine().dispose()
    metrics.prepare(chosen, anew=True)
    server.Server(host, port, processes, chosen.threads).run()


def _tell(chosen: Settings, until: str | None = None) -> None:
    """Tell the story in an empty database, or anew where it has been told, or half told, before."""
    click.echo("Demonstrationen läggs in. Det tar en stund.")
    if queries.is_demonstration():
        _told(demonstration.restart, chosen, until)
    else:
        _told(demonstration.load, until)


@main.command("demo")
@click.option("--until", type=click.Choice(list(demonstration.STOPS)), help="Sluta efter det här steget.")
def demo(until: str | None) -> None:
    """Tell the demonstration's story anew, up to a step. Everything in the database is replaced."""
    chosen = _opened(demonstration=True)
    _tell(chosen, until)
    click.echo(f"Dagen är {clock.day_text(demonstration.STOPS[until or demonstration.LAST])}.")
    db.close_read_session()


@main.command("worker")
@click.option("--once", is_flag=True, help="Gör det som väntar nu och sluta sedan.")
def worker(once: bool) -> None:
    """Take care of mail, documents and the files of the night."""
    logs.keep_personal_numbers_out()
    chosen = _opened()
    logs.write_lines(as_json=chosen.json_logs)
    _ensure_writable(chosen)
    if once:
        done = working.drain(chosen)
        click.echo(f"{done} klara, {working.remaining()} kvar.")
        return
    stop = Flag()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    metrics.prepare(chosen)
    metrics.tell(chosen)
    working.run(chosen, stop)


@main.command("sweep")
def sweep() -> None:
    """Remove stored bytes that have had no row for a day, and rows that have served long enough."""
    chosen = _opened()
    removed = files.sweep(chosen.files) + files.sweep_mail(chosen.mail)
    click.echo(f"{removed} filer och {sweeping.sweep(chosen.kept_days)} rader borttagna.")
    db.close_read_session()


@main.command("verify")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="En fil med ankare som har förts ut: alla ska finnas kvar.",
)
def verify(against: Path | None) -> None:
    """Check that nothing has changed that must not: history, rows, frozen versions, files, sums."""
    chosen = _opened()
    kept = against or (Path(chosen.anchors_file) if chosen.anchors_file else None)
    try:
        exported = anchors.exported(kept) if kept is not None else []
    except (OSError, ValueError) as error:
        raise click.ClickException(f"Filen {kept} går inte att läsa som ankare: {error}") from error
    db.read_one_moment()
    findings = verification.verify(chosen.files, keyring=chosen.keyring, against=exported, progress=_tell_progress)
    db.close_read_session()
    for what, count in findings.checked.items():
        click.echo(f"{count} {what} kontrollerade.")
    for note in findings.notes:
        click.echo(note)
    if kept is not None:
        click.echo(f"{len(exported)} ankare i {kept} jämförda.")
    if chosen.keys_lie_inside:
        click.echo(
            f"Varning: nycklarna ligger i {chosen.keyring.folder}, bredvid det som de skyddar. Flytta mappen, och ange den "
            "i inställningen keys_dir."
        )
    for difference in findings.differences:
        click.echo(difference)
    if findings.differences:
        click.echo(f"{len(findings.differences)} skillnader.")
        sys.exit(1)
    click.echo("Allt stämmer.")


def _tell_progress(done: int, of: int) -> None:
    click.echo(f"{done} av {of} händelser lästa.", err=True)


@main.group("anchors")
def anchors_group() -> None:
    """The signed anchors of the history."""


@anchors_group.command("export")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def anchors_export(file: Path | None) -> None:
    """Add every anchor that FILE does not have to it; without FILE all are printed, a line each."""
    chosen = _opened()
    anchors.make(_history_key(chosen))
    if file is None:
        for line in anchors.lines(anchor_queries.after(0)):
            click.echo(line, nl=False)
    else:
        try:
            click.echo(f"{anchors.export(file)} ankare lades till i {file}.")
        except (OSError, ValueError) as error:
            raise click.ClickException(f"Filen {file} kunde inte skrivas: {error}") from error
    db.close_read_session()


def _opened(**given: Any) -> Settings:
    """The installation's settings, with its database open. Nothing is made where there is none."""
    chosen = _loaded(**given)
    logs.keep_security_log()
    db.configure(chosen.database)
    try:
        migrate.ensure_newest()
    except migrate.SchemaError as error:
        raise click.ClickException(str(error)) from error
    if chosen.demonstration:
        clock.move_by(queries.moved_days)
    return chosen


@main.group("keys")
def keys() -> None:
    """The keys that lie outside the database."""


@keys.command("add")
@click.argument("name", type=click.Choice(NAMES))
def keys_add(name: str) -> None:
    """Make a new key of NAME, which is used from now on. The older ones are still needed."""
    keyring = _loaded().keyring
    keyring.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    click.echo(f"Nyckel {keyring.add(name)} av {name} ligger i {keyring.folder}. De äldre behövs fortfarande.")


@keys.command("reseal")
def keys_reseal() -> None:
    """Encrypt with the newest key what the database keeps secret. Older keys of `secrets` are needed no more."""
    sealed = _sealed(_opened())
    db.close_read_session()
    click.echo(f"{sealed} hemligheter är krypterade med den nyaste nyckeln.")


def _sealed(chosen: Settings) -> int:
    try:
        return accounts.seal_secrets(Sealer(chosen.keyring))
    except (SealBroken, KeyMissing) as error:
        raise click.ClickException(
            f"Hemligheterna för engångskoder går inte att läsa: {error}. Lägg tillbaka nycklarna ur säkerhetskopian."
        ) from error


@main.group("user")
def user() -> None:
    """People who can sign in."""


@user.command("create")
@click.argument("email")
@click.argument("name")
def user_create(email: str, name: str) -> None:
    """Add a person, and print the one-time link with which the person chooses a password."""
    chosen = _opened()
    key = _told(accounts.create_user, SYSTEM, CreateUser(name, email), link_hours=chosen.link_hours)
    _print_link(chosen, key)


@user.command("grant")
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.argument("organisation")
@click.option("--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]), help="Första dagen; annars i dag.")
@click.option("--to", "valid_to", type=click.DateTime(["%Y-%m-%d"]), help="Sista dagen; annars tills vidare.")
def user_grant(
    email: str, role: str, organisation: str, valid_from: datetime | None, valid_to: datetime | None
) -> None:
    """Give a person ROLE in ORGANISATION (organisationsnummer or name)."""
    _opened()
    first: date = valid_from.date() if valid_from else clock.today()
    last = valid_to.date() if valid_to else None
    _told(accounts.grant_mandate, SYSTEM, GrantMandate(email, organisation, Role(role), first, last))
    click.echo(f"{email} är {Role(role).text} från och med {clock.day_text(first)}.")


@user.command("end")
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.argument("organisation")
def user_end(email: str, role: str, organisation: str) -> None:
    """Take back a person's ROLE in ORGANISATION, at once."""
    _opened()
    _told(accounts.end_mandate, SYSTEM, EndMandate(email, organisation, Role(role)))
    click.echo(f"{email} är inte längre {Role(role).text}.")


@user.command("reset")
@click.argument("email")
@click.option("--second-factor", is_flag=True, help="Stäng av engångskoden också, för den som inte har kvar appen.")
def user_reset(email: str, second_factor: bool) -> None:
    """Print a new one-time link for a person who cannot sign in."""
    chosen = _opened()
    key = _told(accounts.reset_user, SYSTEM, email, link_hours=chosen.link_hours, second_factor_too=second_factor)
    _print_link(chosen, key)


@user.command("close")
@click.argument("email")
def user_close(email: str) -> None:
    """Close a person's account: sessions, links and every behörighet end at once."""
    _opened()
    _told(accounts.close_user, SYSTEM, email)
    click.echo(f"Kontot {email} är avslutat.")


@user.command("list")
def user_list() -> None:
    """Print everybody."""
    _opened()
    for person in account_queries.everybody():
        parts = (person.email, person.name, person.organisation, person.roles_text, person.state_text)
        click.echo("\t".join(part or "–" for part in parts))


@main.group("organisation")
def organisation() -> None:
    """Organisations."""


@organisation.command("list")
def organisation_list() -> None:
    """Print every organisation."""
    _opened()
    for one in organisation_queries.listed(SYSTEM):
        click.echo(f"{one.number}\t{one.name}\t{one.kind_text}")


def _told(service: Callable[..., Answer], *args: Any, **kwargs: Any) -> Answer:
    """Run a service; what it refuses is told, not shown as a fault."""
    try:
        return service(*args, **kwargs)
    except RuleViolation as refusal:
        raise click.ClickException(refusal.message) from refusal
    except StandsStill as error:
        raise click.ClickException(
            "Demonstrationen används eller börjar om just nu. Försök igen om en stund."
        ) from error


def _print_link(chosen: Settings, key: str) -> None:
    click.echo(f"Ge personen länken. Den gäller en gång, i {chosen.link_hours} timmar:")
    click.echo(f"{chosen.public_url.rstrip('/')}/valkommen/{key}")
