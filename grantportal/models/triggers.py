"""What the database itself refuses: changing what is written once, and what has been decided or published.

The statements belong to the schema: `create_all` runs them, and the migrations carry their own copy.
"""

from collections.abc import Iterator

from sqlalchemy import DDL, event

from grantportal.models.base import Base

APPEND_ONLY = (
    "frozen_versions",
    "events",
    "ledger_entries",
    "dispatches",
    "dissents",
    "anchors",
    "event_anchors",
    "anchor_heads",
    "file_notes",
    "messages",
    "call_changes",
)
"""Tables that are only added to."""

LOCKED_BY_STATUS = {
    "decisions": "made",
    "form_versions": "published",
    "condition_sets": "published",
    "framework_versions": "published",
}
"""Rows that are not changed once they have this status."""

LOCKED_BY_PARENT = {
    "decision_lines": ("decisions", "decision_id", "made"),
    "decision_participants": ("decisions", "decision_id", "made"),
    "conditions": ("condition_sets", "condition_set_id", "published"),
    "wordings": ("framework_versions", "framework_version_id", "published"),
    "provisos": ("framework_versions", "framework_version_id", "published"),
}
"""Rows that are neither added, changed nor taken away once their parent has this status."""

LOCKED_BY_GRANDPARENT = {
    "proviso_wordings": ("framework_versions", "provisos", "proviso_id", "framework_version_id", "published"),
    "wording_links": ("framework_versions", "wordings", "later_id", "framework_version_id", "published"),
}
"""The same, where the status is two steps up."""

KEPT_UNLESS_DRAFT = {
    "calls": (
        *("grant_id", "kind", "extends_id", "opens_at", "published_at", "is_example"),
        *("application_form_id", "report_form_id", "framework_version_id", "condition_set_id", "last_category"),
        *("comment_percent", "comment_kronor", "grant_title", "purpose", "legal_basis", "recovery_basis"),
        *("appeal_variant", "appeal_provision", "appeal_is_example"),
    ),
}
"""Columns that are not changed once the row is no draft; nor does it become one again, nor is it taken away."""

CHILDREN_OF_A_DRAFT = {"call_years": ("calls", "call_id")}
"""Rows that are neither added, changed nor taken away once their parent is no draft."""

IS_SENT = "EXISTS (SELECT 1 FROM dispatches WHERE dispatches.decision_id = NEW.decision_id)"
"""A dissent is noted before the decision is sent, never after (30 § förvaltningslagen)."""

FROZEN_BATCH = "OLD.sha256 <> ''"
"""An underlag is whole when its fingerprint is written, which comes last: from then on nothing of it is changed."""

CLOSED_BATCH = "(SELECT sha256 FROM payment_batches WHERE payment_batches.id = NEW.batch_id) <> ''"
"""What is whole takes no more payments."""

OTHER_GRANT = (
    "NEW.batch_id IS NOT NULL AND (SELECT grant_id FROM payment_batches WHERE payment_batches.id = NEW.batch_id) "
    "IS DISTINCT FROM NEW.grant_id"
)
"""An underlag holds payments of its own statsbidrag only."""

LOCKED_PAYMENT = (
    (
        "OLD.status <> 'planned'",
        (
            *("id", "decision_id", "organisation_id", "case_id", "grant_id", "grant_year", "instalment", "amount"),
            "planned_on",
        ),
    ),
    (
        "OLD.status = 'attested' AND NEW.status <> 'registered'",
        ("giro_id", "giro", "registered_by_id", "registered_at", "attested_by_id", "attested_at"),
    ),
    (
        "OLD.status IN ('batched', 'confirmed')",
        (
            *("batch_id", "giro", "registered_by_id", "registered_at", "attested_by_id", "attested_at"),
            *("giro_id", "early_reason"),
        ),
    ),
    ("OLD.status = 'batched' AND NEW.status <> 'confirmed'", ("status",)),
    (
        "OLD.status = 'confirmed'",
        ("status", "paid_on", "confirmed_by_id", "confirmed_at", "deviations", "deviation_reason"),
    ),
)
"""Columns of a payment that are not changed once this holds of it: it is registered, attested and not taken back, in an underlag, paid."""

APPROVED_GIRO = (
    *("id", "organisation_id", "number", "asked_by_id", "asked_at", "verified_by_id", "verified_at", "verified_way"),
    *("verified_how", "shared_reason", "approved_by_id", "approved_at", "valid_from"),
)
"""Columns of a bankgiro that are not changed once it is approved: what two persons have said yes to. It ends, and once."""

REFUSE_FUNCTION = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def _rules() -> Iterator[tuple[str, str, str]]:
    """(table, operation, condition) of every refusal."""
    for table in APPEND_ONLY:
        yield table, "UPDATE", ""
        yield table, "DELETE", ""
    for table, status in LOCKED_BY_STATUS.items():
        yield table, "UPDATE", f"OLD.status = '{status}'"
        yield table, "DELETE", f"OLD.status = '{status}'"
    yield "dissents", "INSERT", IS_SENT
    yield "payment_batches", "UPDATE", FROZEN_BATCH
    yield "payment_batches", "DELETE", FROZEN_BATCH
    yield "payments", "INSERT", f"{CLOSED_BATCH} OR {OTHER_GRANT}"
    yield "payments", "UPDATE", _payment_is_changed()
    yield "payments", "DELETE", "OLD.status <> 'planned'"
    ends_anew = f"OLD.valid_to IS NOT NULL AND {_differs('valid_to')}"
    yield "bank_giros", "UPDATE", f"OLD.approved_at IS NOT NULL AND ({_differs(*APPROVED_GIRO)} OR {ends_anew})"
    yield "bank_giros", "DELETE", "OLD.approved_at IS NOT NULL"
    for table, (parent, key, status) in LOCKED_BY_PARENT.items():
        status_of = f"(SELECT status FROM {parent} WHERE {parent}.id = {{row}}.{key})"
        for operation, rows in _ROWS.items():
            yield table, operation, _any_is(status_of, rows, status)
    for table, (grandparent, parent, key, upper_key, status) in LOCKED_BY_GRANDPARENT.items():
        status_of = (
            f"(SELECT {grandparent}.status FROM {grandparent} JOIN {parent} ON {parent}.{upper_key} = {grandparent}.id "
            f"WHERE {parent}.id = {{row}}.{key})"
        )
        for operation, rows in _ROWS.items():
            yield table, operation, _any_is(status_of, rows, status)
    for table, columns in KEPT_UNLESS_DRAFT.items():
        yield table, "UPDATE", f"OLD.status <> 'draft' AND (NEW.status = 'draft' OR {_differs(*columns)})"
        yield table, "DELETE", "OLD.status <> 'draft'"
    for table, (parent, key) in CHILDREN_OF_A_DRAFT.items():
        status_of = f"(SELECT status FROM {parent} WHERE {parent}.id = {{row}}.{key})"
        for operation, rows in _ROWS.items():
            yield table, operation, " OR ".join(f"{status_of.format(row=row)} <> 'draft'" for row in rows)


_ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
"""Where a row's parent is looked for: one that is changed is neither taken from a locked parent nor moved into one."""


def _any_is(status_of: str, rows: tuple[str, ...], status: str) -> str:
    return " OR ".join(f"{status_of.format(row=row)} = '{status}'" for row in rows)


def _payment_is_changed() -> str:
    refused = [f"{condition} AND ({_differs(*columns)})" for condition, columns in LOCKED_PAYMENT]
    refused.append(f"{_differs('batch_id')} AND ({CLOSED_BATCH} OR {OTHER_GRANT})")
    return " OR ".join(refused)


def _differs(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


def _tables() -> list[str]:
    """Every table that has a refusal."""
    return list(dict.fromkeys(table for table, _, _ in _rules()))


def name_of(table: str, operation: str) -> str:
    """The trigger's name."""
    return f"{table}_refuse_{operation.lower()}"


def statements(dialect: str) -> list[str]:
    """Every statement that makes the refusals on this database, in order."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {name_of(table, operation)} BEFORE {operation} ON {table}"
            + (f" WHEN {condition}" if condition else "")
            + f" BEGIN SELECT RAISE(ABORT, 'written once: {table}'); END"
            for table, operation, condition in _rules()
        ]
    made = [REFUSE_FUNCTION.strip()]
    checks: dict[str, str] = {}
    for table, operation, condition in _rules():
        if "SELECT" in condition:
            # PostgreSQL allows no subquery in WHEN: the condition moves into a function of its own.
            function = f"{name_of(table, operation)}_check"
            returned = "NEW" if operation != "DELETE" else "OLD"
            checks[function] = (
                f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF {condition} THEN\n"
                f"    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n"
                f"  END IF;\n  RETURN {returned};\nEND $$"
            )
            made += [
                checks[function],
                f"CREATE TRIGGER {name_of(table, operation)} BEFORE {operation} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()",
            ]
        else:
            when = f" WHEN ({condition})" if condition else ""
            made.append(
                f"CREATE TRIGGER {name_of(table, operation)} BEFORE {operation} ON {table} FOR EACH ROW{when} "
                "EXECUTE FUNCTION refuse_change()"
            )
    # TRUNCATE fires no trigger of rows.
    made += [
        f"CREATE TRIGGER {name_of(table, 'TRUNCATE')} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
        "EXECUTE FUNCTION refuse_change()"
        for table in _tables()
    ]
    return made


def dropping(dialect: str) -> list[str]:
    """Every statement that takes the refusals away again."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER {name_of(table, operation)}" for table, operation, _ in _rules()]
    made = [f"DROP TRIGGER {name_of(table, operation)} ON {table}" for table, operation, _ in _rules()]
    made += [f"DROP TRIGGER {name_of(table, 'TRUNCATE')} ON {table}" for table in _tables()]
    made += [
        f"DROP FUNCTION {name_of(table, operation)}_check()"
        for table, operation, condition in _rules()
        if "SELECT" in condition
    ]
    return [*made, "DROP FUNCTION refuse_change()"]


for _dialect in ("sqlite", "postgresql"):
    for _statement in statements(_dialect):
        _ddl = DDL(_statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # the library's constructor is untyped
        event.listen(Base.metadata, "after_create", _ddl.execute_if(dialect=_dialect))
