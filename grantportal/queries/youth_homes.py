"""Ungdomshem."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, collate, func, select

from grantportal import db
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.youth_homes import Home, YouthHomeStatus, grouped
from grantportal.models.organisations import Organisation, YouthHome


@dataclass(frozen=True)
class HomePage:
    """A home in the list, for the officer who changes it."""

    id: int
    name: str
    region_id: int | None
    region: str
    status: YouthHomeStatus

    @property
    def is_closed(self) -> bool:
        """Whether it can no longer be chosen."""
        return self.status is YouthHomeStatus.CLOSED


def every() -> Select[Any]:
    """Every home, with its place among all by name, and `nth` by region and name, in Swedish order."""
    region, name = collate(Organisation.name, db.COLLATION), collate(YouthHome.name, db.COLLATION)
    return select(
        YouthHome.id,
        YouthHome.name,
        YouthHome.status,
        Organisation.name.label("region"),
        func.row_number().over(order_by=name).label("place"),
        func.row_number().over(order_by=(region, name)).label("nth"),
    ).outerjoin(Organisation, Organisation.id == YouthHome.region_id)


def home_of(row: Any) -> Home:
    """A home from its row of `every`."""
    return Home(row.id, row.name, row.region or "", row.status is YouthHomeStatus.CLOSED, row.place)


def listed() -> tuple[Home, ...]:
    """Every home, by region and name in Swedish order. One query."""
    found = every().subquery()
    return tuple(home_of(row) for row in db.session().execute(select(found).order_by(found.c.nth)))


def groups() -> tuple[tuple[str, tuple[Home, ...]], ...]:
    """The same under their regions. One query."""
    return grouped(listed())


def page(home_id: int) -> HomePage | None:
    """A home with its region. One query."""
    row = (
        db.session()
        .execute(
            select(YouthHome, Organisation.name)
            .outerjoin(Organisation, Organisation.id == YouthHome.region_id)
            .where(YouthHome.id == home_id)
        )
        .one_or_none()
    )
    if row is None:
        return None
    home: YouthHome = row.YouthHome
    return HomePage(home.id, home.name, home.region_id, row.name or "", home.status)


def regions() -> tuple[tuple[int, str], ...]:
    """(id, name) of the regions that a home can stand under. One query."""
    rows = db.session().execute(
        select(Organisation.id, Organisation.name)
        .where(Organisation.kind == OrganisationKind.REGION)
        .order_by(collate(Organisation.name, db.COLLATION))
    )
    return tuple((row.id, row.name) for row in rows)


def locked(home_id: int) -> YouthHome | None:
    """The home's row, locked."""
    return db.session().scalars(db.lock(select(YouthHome).where(YouthHome.id == home_id))).one_or_none()


def kind_of(organisation_id: int) -> OrganisationKind | None:
    """What the organisation is, if there is one."""
    return db.session().scalar(select(Organisation.kind).where(Organisation.id == organisation_id))
