"""All tables, so that `Base.metadata` is whole wherever one of them is used."""

from grantportal.models import (
    accounts,
    applications,
    calls,
    cases,
    decisions,
    frameworks,
    grants,
    messages,
    ombud,
    organisations,
    payments,
    portal,
    records,
    reports,
    supplements,
    triggers,
)
from grantportal.models.base import Base

__all__ = [
    "Base",
    "accounts",
    "applications",
    "calls",
    "cases",
    "decisions",
    "frameworks",
    "grants",
    "messages",
    "ombud",
    "organisations",
    "payments",
    "portal",
    "records",
    "reports",
    "supplements",
    "triggers",
]
