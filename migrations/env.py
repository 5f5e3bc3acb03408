"""Alembic's environment. The caller gives the connection; see grantportal/migrate.py."""

from alembic import context

from grantportal.models import Base
from grantportal.models.search import is_modelled

config = context.config


def include(_object: object, name: str | None, _kind: str, _reflected: bool, _compare_to: object) -> bool:
    """Everything is ours, but for what only statements can make."""
    return is_modelled(name)


context.configure(
    connection=config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    compare_server_default=True,
    include_object=include,
)
with context.begin_transaction():
    context.run_migrations()
