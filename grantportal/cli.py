"""The `grantportal` command. Commands call services as SYSTEM."""

import click

from grantportal import db, migrate, settings
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
