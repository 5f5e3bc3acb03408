"""Where a case is, from the facts alone."""

from dataclasses import replace
from datetime import date

from grantportal.domain.cases import Progress, YearState, state, steps
from grantportal.domain.events import EventKind, told
from grantportal.domain.labels import Label

APPLICATION, DECISION = Label("info", "clock", "Inskickad"), Label("ok", "check", "Beviljat")
PAID, PLANNED = Label("ok", "check", "Betald"), Label("", "dots", "Planerad")
DUE, APPROVED = Label("wait", "arrow", "Att fylla i"), Label("ok", "check", "Godkänd")
NOT_OPEN, SUPPLEMENT = (
    Label("", "dots", "Öppnar 15 december 2022"),
    Label("wait", "clock", "Väntar på komplettering"),
)
TO_REVIEW = Label("info", "half", "Ska granskas")

NOTHING_YET = Progress(
    submitted_on=None,
    is_supplement_open=False,
    supplemented_on=None,
    decided_on=None,
    outcome_text="",
    is_granted=False,
    payments=(),
    reports=(),
    reviews=(),
    closed_on=None,
)
HANDED_IN = replace(NOTHING_YET, submitted_on=date(2020, 4, 17))
GRANTED = replace(HANDED_IN, decided_on=date(2020, 6, 30), outcome_text="Bifall", is_granted=True)


def titles(progress: Progress) -> dict[str, str]:
    return {title: where for where, title, _ in steps(progress)}


def told_of(progress: Progress) -> dict[str, tuple[str, str]]:
    return {title: (where, text) for where, title, text in steps(progress)}


def test_before_a_decision_the_case_is_where_its_application_is():
    assert state(APPLICATION, None, is_granted=False).label is APPLICATION


def test_after_a_refusal_there_is_nothing_but_the_decision():
    assert state(APPLICATION, DECISION, is_granted=False).about == "Beslut"


def test_what_is_to_be_reported_goes_before_what_is_to_be_paid():
    now = state(
        APPLICATION,
        DECISION,
        is_granted=True,
        payments=(YearState(2021, PAID, True), YearState(2022, PLANNED, False)),
        reports=(YearState(2021, DUE, False), YearState(2022, DUE, False, has_begun=False)),
    )

    assert (now.label, now.about) == (DUE, "Återrapportering 2021")


def test_a_report_that_has_not_opened_is_not_what_the_case_is_at():
    now = state(
        APPLICATION,
        DECISION,
        is_granted=True,
        payments=(YearState(2021, PAID, True),),
        reports=(YearState(2021, DUE, False, has_begun=False),),
    )

    assert (now.label, now.about) == (PAID, "Utbetalning 2021")


def test_when_all_is_approved_the_last_report_is_what_is_shown():
    now = state(
        APPLICATION,
        DECISION,
        is_granted=True,
        payments=(YearState(2021, PAID, True),),
        reports=(YearState(2021, APPROVED, True),),
    )

    assert (now.label, now.about) == (APPROVED, "Återrapportering 2021")


def test_a_draft_stands_at_its_first_step():
    assert titles(NOTHING_YET)["Ansökan"] == "now"
    assert titles(NOTHING_YET)["Beslut"] == "next"


def test_a_komplettering_that_nobody_asked_for_is_left_out():
    assert "Komplettering" not in titles(HANDED_IN)
    assert titles(replace(HANDED_IN, is_supplement_open=True))["Komplettering"] == "now"


def test_a_refusal_has_neither_payment_nor_report():
    refused = replace(GRANTED, is_granted=False, outcome_text="Avslag")

    assert list(titles(refused)) == ["Ansökan", "Beslut", "Avslut"]
    assert steps(refused)[1][2] == "30\u00a0juni\u00a02020, avslag"


def test_all_years_must_be_paid_before_the_step_is_done():
    half = replace(GRANTED, payments=(YearState(2021, PAID, True), YearState(2022, PLANNED, False)))
    whole = replace(half, payments=(YearState(2021, PAID, True), YearState(2022, PAID, True)))

    assert titles(half)["Utbetalning"] == "now"
    assert titles(whole)["Utbetalning"] == "done"
    assert titles(whole)["Återrapportering"] == "now"


def test_a_year_to_pay_waits_its_turn_while_another_years_report_is_written():
    progress = replace(
        GRANTED,
        payments=(YearState(2021, PAID, True), YearState(2022, PLANNED, False, has_begun=False)),
        reports=(YearState(2021, DUE, False), YearState(2022, NOT_OPEN, False, has_begun=False)),
        reviews=(
            YearState(2021, TO_REVIEW, False, has_begun=False),
            YearState(2022, TO_REVIEW, False, has_begun=False),
        ),
    )

    assert told_of(progress)["Utbetalning"] == ("part", "2021 klart, 2022: planerad")
    assert told_of(progress)["Återrapportering"] == ("now", "2021: att fylla i, 2022: öppnar 15 december 2022")
    assert told_of(progress)["Granskning"] == ("next", "")


def test_the_steps_name_the_year_that_is_completed_and_not_the_one_that_is_done():
    progress = replace(
        GRANTED,
        payments=(YearState(2021, PAID, True), YearState(2022, PAID, True)),
        reports=(YearState(2021, APPROVED, True), YearState(2022, SUPPLEMENT, False)),
        reviews=(YearState(2021, APPROVED, True), YearState(2022, TO_REVIEW, False, has_begun=False)),
    )

    assert told_of(progress)["Utbetalning"] == ("done", "2021 och 2022")
    assert told_of(progress)["Återrapportering"] == ("now", "2021 klart, 2022: väntar på komplettering")
    assert told_of(progress)["Granskning"] == ("part", "2021 klart, 2022 återstår")


def test_the_steps_name_the_year_that_is_reviewed():
    progress = replace(
        GRANTED,
        payments=(YearState(2021, PAID, True), YearState(2022, PAID, True)),
        reports=(YearState(2021, APPROVED, True), YearState(2022, APPROVED, True)),
        reviews=(YearState(2021, APPROVED, True), YearState(2022, TO_REVIEW, False)),
    )

    assert told_of(progress)["Återrapportering"] == ("done", "2021 och 2022")
    assert told_of(progress)["Granskning"] == ("now", "2021 klart, 2022: ska granskas")


def test_two_years_can_go_on_at_once():
    progress = replace(
        GRANTED,
        payments=(YearState(2021, PAID, True), YearState(2022, PAID, True)),
        reports=(YearState(2021, APPROVED, True), YearState(2022, DUE, False)),
        reviews=(YearState(2021, TO_REVIEW, False), YearState(2022, TO_REVIEW, False, has_begun=False)),
    )

    assert told_of(progress)["Återrapportering"] == ("now", "2021 klart, 2022: att fylla i")
    assert told_of(progress)["Granskning"] == ("now", "2021: ska granskas, 2022 återstår")


def test_an_extra_calls_money_is_reported_in_the_ordinary_case():
    assert "Återrapportering" not in titles(replace(GRANTED, is_reported_elsewhere=True))


def test_the_history_says_how_much_and_for_which_year():
    assert told(EventKind.PAYMENT_CONFIRMED, {"year": 2021, "amount": 3_179_104}) == (
        "Betald för 2021: 3\u00a0179\u00a0104\u00a0kr"
    )
    assert told(EventKind.APPLICATION_SUBMITTED, {"late": True}) == "Ansökan inskickad efter sista dagen"
    assert told(EventKind.SUPPLEMENT_REQUESTED, {"last_day": "2020-05-20", "parts": ["x"]}) == (
        "Komplettering begärd, svar senast 20\u00a0maj\u00a02020"
    )


def test_the_history_says_why_a_personnummer_stands_and_where():
    why = {"kept_because": "Intyget krävs."}
    assert told(EventKind.MESSAGE_SENT, {"receiver": "parten", **why}) == (
        "Meddelande skickat till parten. Personnummer lämnat med skäl: Intyget krävs."
    )
    assert told(EventKind.PERSONAL_NUMBER_KEPT, {"question": "Vilken tidplan har arbetet?", **why}) == (
        "Personnummer lämnat med skäl, «Vilken tidplan har arbetet?»: Intyget krävs."
    )
