"""The `grantportal` command. Commands call services as SYSTEM."""

import click

from grantportal import db, migrate, server, settings
from grantportal.services import portal


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
