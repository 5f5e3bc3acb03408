"""Rows for tests: the default is lawful, and a test names only what it is about."""

from datetime import UTC, date, datetime
from typing import Any

import factory
from stdnum import luhn

from grantportal.domain.actors import Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.accounts import MandateRow, User
from grantportal.models.organisations import Organisation
from tests.support.remembered import Numbers
from tests.support.rows import saved

_numbers = Numbers()


class RowFactory(factory.Factory):
    """Puts each row in at once, in a transaction of its own."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: type, *args: Any, **kwargs: Any) -> Any:
        return saved(model_class(*args, **kwargs))


class UserFactory(RowFactory):
    """A person without any mandate."""

    class Meta:
        model = User

    name = factory.LazyFunction(lambda: f"Person {next(_numbers)}")
    email = factory.LazyFunction(lambda: f"person{next(_numbers)}@example.se")
    password_hash = None
    created_at = datetime(2020, 1, 1, tzinfo=UTC)


class MandateFactory(RowFactory):
    """A mandate for all of an organisation's cases, without end."""

    class Meta:
        model = MandateRow

    user = factory.SubFactory(UserFactory)
    role = Role.OMBUD
    valid_from = date(2020, 1, 1)


class OrganisationFactory(RowFactory):
    """A region with a lawful organisationsnummer of its own."""

    class Meta:
        model = Organisation

    kind = OrganisationKind.REGION
    name = factory.LazyFunction(lambda: f"Region {next(_numbers)}")
    organisation_number = factory.LazyFunction(lambda: organisation_number(232100_000 + next(_numbers)))


def organisation_number(first_nine: int) -> str:
    """Nine digits and their check digit, as «232100-0016»."""
    digits = f"{first_nine}{luhn.calc_check_digit(str(first_nine))}"
    return f"{digits[:6]}-{digits[6:]}"


def person(role: Role, organisation: Organisation, **mandate: Any) -> User:
    """A person with one mandate."""
    return MandateFactory(role=role, organisation_id=organisation.id, **mandate).user
