"""Bringing the schema forward and back: Alembic, configured in code."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from grantportal import db
from grantportal.settings import folder


def upgrade(engine: Engine | None = None, revision: str = "head") -> None:
    """Migrate the database to `revision`."""
    _run(engine, lambda config: command.upgrade(config, revision))


def downgrade(engine: Engine | None = None, revision: str = "base") -> None:
    """Migrate the database back to `revision`."""
    _run(engine, lambda config: command.downgrade(config, revision))


def config_for(connection: object) -> Config:
    """Alembic's configuration for an open connection."""
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _run(engine: Engine | None, step: object) -> None:
    chosen = engine or db.engine()
    with chosen.execution_options(writes=True).connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # A batch rebuild with foreign keys on would delete child rows; they are checked afterwards instead.
            connection.connection.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                step(config_for(connection))  # type: ignore[operator]
                if is_sqlite and connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
                    raise RuntimeError("the migration left rows without their parents")
        finally:
            if is_sqlite:
                connection.connection.execute("PRAGMA foreign_keys=ON")
