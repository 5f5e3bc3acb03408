"""Numbers of organisations and giro."""

import pytest

from grantportal.domain.errors import RuleViolation
from grantportal.domain.organisations import bank_giro, organisation_number


@pytest.mark.parametrize("typed", ["232100-0255", "2321000255", "16232100-0255", " 232100 0255 "])
def test_an_organisation_number_is_written_one_way(typed):
    assert organisation_number(typed) == "232100-0255"


@pytest.mark.parametrize(
    "typed", ["232100-0256", "000000-0000", "012345-1007", "850101-1234", "8112289874", "", "abc", "23210002550"]
)
def test_a_wrong_number_or_a_person_is_refused(typed):
    with pytest.raises(RuleViolation, match="organisationsnumret"):
        organisation_number(typed)


def test_a_bank_giro_ends_with_a_check_digit():
    assert bank_giro("5050-1055") == "5050-1055"
    with pytest.raises(RuleViolation, match="bankgironumret"):
        bank_giro("5050-1056")


@pytest.mark.parametrize("typed", ["0000-0000", "000-0000", "0991-2346"])
def test_a_giro_does_not_begin_with_0_though_its_check_digit_is_right(typed):
    with pytest.raises(RuleViolation, match="börjar aldrig med 0"):
        bank_giro(typed)
    assert bank_giro("991-2346") == "991-2346"


@pytest.mark.parametrize("typed", ["52001", "5200 - 10055", "5200-1", "abc"])
def test_a_giro_has_seven_or_eight_digits(typed):
    with pytest.raises(RuleViolation, match="sju eller åtta siffror"):
        bank_giro(typed)


@pytest.mark.parametrize("typed", ["5200-100", "520-01001", "9912-346", "99-12346"])
def test_a_giro_whose_hyphen_stands_wrong_is_told_of_the_hyphen(typed):
    with pytest.raises(RuleViolation, match="Bindestrecket ska stå före de fyra sista siffrorna"):
        bank_giro(typed)


@pytest.mark.parametrize("between", ["\t", "\n", "\r\n", " \t "])
def test_two_pasted_cells_are_no_number_of_a_giro_or_an_organisation(between):
    assert bank_giro("5200-3001") == "5200-3001"
    with pytest.raises(RuleViolation, match="flera tal i samma fält") as refusal:
        bank_giro(f"5200-30{between}01")
    assert refusal.value.field == "giro"
    with pytest.raises(RuleViolation, match="flera tal i samma fält") as refusal:
        organisation_number(f"232100{between}0255")
    assert refusal.value.field == "organisation_number"
    assert organisation_number(f"232100-0255{between}") == "232100-0255", "after the last digit it parts nothing"
