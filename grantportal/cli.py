"""The `grantportal` command. Commands call services as SYSTEM."""

import logging
import signal
import sys
from threading import Event as Flag

import click

from grantportal import db, migrate, server, settings
from grantportal import worker as working
from grantportal.domain import clock
from grantportal.queries import portal as queries
from grantportal.services import files, portal, verification
from grantportal.settings import Settings


@click.group()
def main() -> None:
    """Bidragsportalen."""


@main.group("db")
def database() -> None:
    """The database's schema."""


@database.command("upgrade")
def database_upgrade() -> None:
    """Bring the schema to the newest version."""
    chosen = settings.load()
    db.configure(chosen.database)
    migrate.upgrade()
    portal.set_registration_prefix(chosen.numbers_begin_with)
    click.echo("Databasen är uppdaterad.")


@database.command("downgrade")
@click.argument("revision")
def database_downgrade(revision: str) -> None:
    """Bring the schema back to REVISION."""
    db.configure(settings.load().database)
    migrate.downgrade(revision=revision)
    click.echo(f"Databasen är på version {revision}.")


@main.command("serve")
@click.option("--host", default="127.0.0.1", help="Adressen att lyssna på.")
@click.option("--port", default=5000, help="Porten att lyssna på.")
@click.option("--processes", default=2, help="Antal processer som svarar på sidor.")
def serve(host: str, port: int, processes: int) -> None:
    """Migrate, and serve the portal with its worker until stopped."""
    chosen = settings.load()
    if chosen.demonstration and host not in server.LOOPBACK:
        raise click.ClickException("Demonstrationen släpper in vem som helst och får bara visas på den egna datorn.")
    db.configure(chosen.database)
    migrate.upgrade()
    portal.set_registration_prefix(chosen.numbers_begin_with)
    # The processes that are made from this one make their own connections.
    db.engine().dispose()
    click.echo(f"Bidragsportalen finns på http://{host}:{port}/")
    server.Server(host, port, processes).run()


@main.command("worker")
@click.option("--once", is_flag=True, help="Gör det som väntar nu och sluta sedan.")
def worker(once: bool) -> None:
    """Take care of mail, documents and the files of the night."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    chosen = _opened()
    if once:
        done = working.drain(chosen)
        click.echo(f"{done} klara, {working.remaining()} kvar.")
        return
    stop = Flag()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    working.run(chosen, stop)


@main.command("sweep")
def sweep() -> None:
    """Remove stored bytes that have had no row for a day."""
    click.echo(f"{files.sweep(_opened().files)} filer borttagna.")
    db.close_read_session()


@main.command("verify")
def verify() -> None:
    """Check that nothing has changed that must not: chains, frozen versions, files, sums."""
    chosen = _opened()
    db.read_one_moment()
    findings = verification.verify(chosen.files)
    db.close_read_session()
    for what, count in findings.checked.items():
        click.echo(f"{count} {what} kontrollerade.")
    for difference in findings.differences:
        click.echo(difference)
    if findings.differences:
        click.echo(f"{len(findings.differences)} skillnader.")
        sys.exit(1)
    click.echo("Allt stämmer.")


def _opened() -> Settings:
    """The installation's settings, with its database open."""
    chosen = settings.load()
    db.configure(chosen.database)
    if chosen.demonstration:
        clock.move_by(queries.moved_days)
    return chosen
