"""No dissent is noted against a decision that has been sent: the database says so too. Safe while the portal is up."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

IS_SENT = "EXISTS (SELECT 1 FROM dispatches WHERE dispatches.decision_id = NEW.decision_id)"
SQLITE = f"""
CREATE TRIGGER dissents_refuse_insert BEFORE INSERT ON dissents WHEN {IS_SENT}
BEGIN SELECT RAISE(ABORT, 'written once: dissents'); END
"""
FUNCTION = f"""
CREATE FUNCTION dissents_refuse_insert_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {IS_SENT} THEN
    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$
"""
POSTGRESQL = """
CREATE TRIGGER dissents_refuse_insert BEFORE INSERT ON dissents FOR EACH ROW EXECUTE FUNCTION
dissents_refuse_insert_check()
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(" ".join(SQLITE.split()))
    else:
        op.execute(FUNCTION.strip())
        op.execute(" ".join(POSTGRESQL.split()))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER dissents_refuse_insert")
    else:
        op.execute("DROP TRIGGER dissents_refuse_insert ON dissents")
        op.execute("DROP FUNCTION dissents_refuse_insert_check()")
