"""Numbers of organisations and giro."""

import pytest

from grantportal.domain.errors import RuleViolation
from grantportal.domain.organisations import bank_giro, organisation_number


@pytest.mark.parametrize("typed", ["232100-0255", "2321000255", "16232100-0255", " 232100 0255 "])
def test_an_organisation_number_is_written_one_way(typed):
    assert organisation_number(typed) == "232100-0255"


@pytest.mark.parametrize("typed", ["232100-0256", "000000-0000", "850101-1234", "8112289874", "", "abc", "23210002550"])
def test_a_wrong_number_or_a_person_is_refused(typed):
    with pytest.raises(RuleViolation, match="organisationsnumret"):
        organisation_number(typed)


def test_a_bank_giro_ends_with_a_check_digit():
    assert bank_giro("5050-1055") == "5050-1055"
    with pytest.raises(RuleViolation, match="bankgironumret"):
        bank_giro("5050-1056")


@pytest.mark.parametrize("typed", ["5200-100", "520-01001", "52001", "5200 - 10055", "abc"])
def test_a_giro_whose_hyphen_stands_wrong_has_lost_a_digit(typed):
    with pytest.raises(RuleViolation, match="sju eller åtta siffror"):
        bank_giro(typed)
