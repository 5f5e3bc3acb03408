"""Who took part in the final handling is a person with an account, or somebody for whom a dissent is written in.

In decisions that are not sent, a line whose name is that of exactly one account of the authority becomes that person; the
other lines stay. What is decided keeps its line too. Back again the persons are lines, and whose a dissent is that was
written in for another stands in its handling only. Take the portal down meanwhile.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

OPERATIONS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
UNSENT = """
SELECT id, status, took_part FROM decisions WHERE took_part <> ''
AND NOT EXISTS (SELECT 1 FROM dispatches WHERE dispatches.decision_id = decisions.id) ORDER BY id
"""
COLLEAGUES = """
SELECT DISTINCT users.id, users.name FROM users
JOIN mandates ON mandates.user_id = users.id JOIN organisations ON organisations.id = mandates.organisation_id
WHERE organisations.kind = 'authority' ORDER BY users.id
"""
BACK = """
SELECT decisions.id, decisions.took_part, users.name, decision_participants.title FROM decision_participants
JOIN decisions ON decisions.id = decision_participants.decision_id JOIN users ON users.id = decision_participants.user_id
WHERE decisions.status <> 'made' ORDER BY decision_participants.id
"""


def upgrade() -> None:
    op.create_table(
        "decision_participants",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name=op.f("fk_decision_participants_decision_id_decisions")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_decision_participants_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_participants")),
        sa.UniqueConstraint("decision_id", "user_id", name=op.f("uq_decision_participants_decision_id_user_id")),
    )
    op.add_column("dissents", sa.Column("whose", sa.Text(), server_default=sa.text("''"), nullable=False))
    people()
    guard()


def people() -> None:
    """The lines that name one person of the authority become that person."""
    connection = op.get_bind()
    named: dict[str, list[int]] = {}
    for user_id, name in connection.execute(sa.text(COLLEAGUES)):
        named.setdefault(name.casefold().strip(), []).append(user_id)
    for decision_id, status, took_part in connection.execute(sa.text(UNSENT)).all():
        left, found = [], []
        for line in took_part.splitlines():
            name, _, title = line.partition(",")
            accounts = named.get(name.casefold().strip(), [])
            if len(accounts) == 1 and accounts[0] not in found:
                found.append(accounts[0])
                connection.execute(
                    sa.text("INSERT INTO decision_participants (decision_id, user_id, title) VALUES (:d, :u, :t)"),
                    {"d": decision_id, "u": accounts[0], "t": title.strip()},
                )
            else:
                left.append(line)
        if found and status != "made":
            connection.execute(
                sa.text("UPDATE decisions SET took_part = :left WHERE id = :id"),
                {"left": "\n".join(left), "id": decision_id},
            )


def guard() -> None:
    """Who took part in what is decided is neither added, changed nor taken away."""
    status = "(SELECT status FROM decisions WHERE decisions.id = {row}.decision_id) = 'made'"
    for operation, rows in OPERATIONS.items():
        condition = " OR ".join(status.format(row=row) for row in rows)
        name = f"decision_participants_refuse_{operation.lower()}"
        if op.get_bind().dialect.name == "sqlite":
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {operation} ON decision_participants WHEN {condition} "
                "BEGIN SELECT RAISE(ABORT, 'written once: decision_participants'); END"
            )
            continue
        op.execute(
            f"CREATE FUNCTION {name}_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF {condition} THEN\n"
            "    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n"
            f"  END IF;\n  RETURN {'OLD' if operation == 'DELETE' else 'NEW'};\nEND $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {operation} ON decision_participants FOR EACH ROW "
            f"EXECUTE FUNCTION {name}_check()"
        )
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            "CREATE TRIGGER decision_participants_refuse_truncate BEFORE TRUNCATE ON decision_participants "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    connection = op.get_bind()
    lines: dict[int, list[str]] = {}
    for decision_id, took_part, name, title in connection.execute(sa.text(BACK)).all():
        lines.setdefault(decision_id, took_part.splitlines()).append(f"{name}, {title}" if title else name)
    for decision_id, each in lines.items():
        connection.execute(
            sa.text("UPDATE decisions SET took_part = :lines WHERE id = :id"),
            {"lines": "\n".join(each), "id": decision_id},
        )
    op.drop_table("decision_participants")
    if connection.dialect.name != "sqlite":
        for operation in OPERATIONS:
            op.execute(f"DROP FUNCTION decision_participants_refuse_{operation.lower()}_check()")
    op.drop_column("dissents", "whose")
