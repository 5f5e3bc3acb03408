"""The pages of cases, handlingar and messages, as the region and as the authority."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from grantportal import worker
from grantportal.domain.actors import Actor, Role
from grantportal.domain.calls import CallStatus
from grantportal.domain.case_lists import Asked
from grantportal.domain.cases import RECORD_TEXTS, Direction, RecordKind
from grantportal.domain.decisions import DecisionStatus, Outcome
from grantportal.domain.events import EventKind
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.payments import LedgerKind, PaymentStatus
from grantportal.domain.reports import ReportStatus
from grantportal.models.cases import Case
from grantportal.models.decisions import Decision
from grantportal.models.payments import LedgerEntry, Payment
from grantportal.models.records import StoredFile
from grantportal.queries import accounts, case_lists, case_pages
from grantportal.settings import Settings
from grantportal.transaction import transaction
from tests.support.casework import (
    HANDED_IN,
    ApplicationFactory,
    CallFactory,
    RecordFactory,
    rendered_record,
    sent,
)
from tests.support.factories import OrganisationFactory, UserFactory, person
from tests.support.reported import matrix, report
from tests.support.rows import committed, events_of, saved
from tests.support.statements import statements


@pytest.fixture
def authority(database):
    return OrganisationFactory(kind=OrganisationKind.AUTHORITY, name="Myndigheten")


@pytest.fixture
def officer(signed_in, authority):
    return signed_in(person(Role.HANDLAGGARE, authority))


@pytest.fixture
def application(database):
    return ApplicationFactory(applicant_unit="BUP")


@pytest.fixture
def ombud(signed_in, application):
    return signed_in(person(Role.OMBUD, application.organisation))


def made_decision(application, outcome=Outcome.GRANTED, amount=100) -> Decision:
    """A decision that has been made and not yet sent."""
    decision = saved(
        Decision(
            application_id=application.id,
            organisation_id=application.organisation_id,
            case_id=application.case_id,
            status=DecisionStatus.MADE,
            outcome=outcome,
            proposed_by_id=UserFactory().id,
            decided_by_id=UserFactory().id,
            decided_at=datetime(2020, 6, 30, 8, tzinfo=UTC),
            sha256="x",
        )
    )
    entry(application, LedgerKind.DECIDED, amount, decision_id=decision.id)
    record(application.case_id, EventKind.DECISION_MADE, decision)
    return decision


def entry(application, kind, amount, **more) -> None:
    saved(
        LedgerEntry(
            kind=kind,
            grant_id=application.call.grant_id,
            grant_year=2021,
            organisation_id=application.organisation_id,
            case_id=application.case_id,
            amount=amount,
            entered_at=HANDED_IN,
            **more,
        )
    )


def record(case_id: int, kind: EventKind, thing=None) -> None:
    """Something happened in the case."""
    with transaction(Actor(UserFactory(name="Hanna Exempel").id), kind) as act:
        act.about(act.session.get_one(type(thing), thing.id) if thing else act.session.get_one(Case, case_id))


def dispatched(decision) -> None:
    sent(decision, datetime(2020, 7, 1, 8, tzinfo=UTC))


# --- One case ------------------------------------------------------------------------------------------------------


def test_the_region_and_the_authority_see_the_same_case(application, ombud, officer):
    RecordFactory(case=application.case, title="Ansökan från BUP")
    page = f"/arenden/{application.case_id}"

    for reader in (ombud, officer):
        shown = reader.get(page)
        assert shown.status_code == 200
        assert application.case.registration_number in shown.text
        assert "Ansökan från BUP" in shown.text
        assert application.organisation.organisation_number in shown.text


def test_another_organisations_case_is_as_if_it_did_not_exist(application, signed_in):
    stranger = signed_in(person(Role.OMBUD, OrganisationFactory()))
    written = RecordFactory(case=application.case)

    for address in (
        f"/arenden/{application.case_id}",
        f"/arenden/{application.case_id}/diarienummer",
        f"/handlingar/{written.id}",
        f"/handlingar/{written.id}/hamta",
    ):
        answer = stranger.get(address)
        assert answer.status_code == 404
        assert application.case.registration_number not in answer.text


def test_a_person_for_one_case_sees_that_case_only(application, signed_in):
    other = ApplicationFactory(organisation=application.organisation)
    limited = signed_in(person(Role.REPRESENTANT, application.organisation, case_id=application.case_id))

    assert limited.get(f"/arenden/{application.case_id}").status_code == 200
    assert limited.get(f"/arenden/{other.case_id}").status_code == 404


def test_the_authority_does_not_see_a_draft(officer):
    draft = ApplicationFactory(draft=True)

    assert officer.get(f"/arenden/{draft.case_id}").status_code == 404
    assert draft.organisation.name not in officer.get("/arenden/").text


def test_the_region_sees_its_draft(signed_in):
    draft = ApplicationFactory(draft=True)
    page = signed_in(person(Role.OMBUD, draft.organisation)).get(f"/arenden/{draft.case_id}")

    assert page.status_code == 200
    assert "Påbörjad" in page.text
    assert "Inga handlingar än" in page.text


def test_a_decision_is_the_partys_only_when_it_has_been_sent(application, ombud, officer):
    decision = made_decision(application)
    page = f"/arenden/{application.case_id}"

    before = ombud.get(page).text
    assert "Beslut fattat" not in before
    assert "30\u00a0juni\u00a02020" not in before
    assert "Inget är beviljat" in before
    assert "Beslut fattat" in officer.get(page).text

    dispatched(decision)

    after = ombud.get(page).text
    assert "Beslut fattat" in after
    assert "30\u00a0juni\u00a02020, bifall" in after
    assert "Inget är beviljat" not in after


def test_what_is_paid_is_told_to_the_party_when_the_decision_has_been_sent(application, ombud, officer):
    """What the bank has done is registered also when it came first; the party reads the decision before the payment."""
    decision = made_decision(application)
    paid = saved(
        Payment(
            decision_id=decision.id,
            organisation_id=decision.organisation_id,
            case_id=decision.case_id,
            grant_id=application.call.grant_id,
            grant_year=2021,
            amount=100,
            planned_on=date(2021, 1, 15),
            status=PaymentStatus.PLANNED,
        )
    )
    record(application.case_id, EventKind.PAYMENT_CONFIRMED, paid)
    page = f"/arenden/{application.case_id}"

    assert ">Betald" not in ombud.get(page).text
    assert ">Betald" in officer.get(page).text
    dispatched(decision)
    assert ">Betald" in ombud.get(page).text


def test_nobody_but_the_authority_reads_what_it_writes_for_itself(application, ombud, officer):
    written = {kind: RecordFactory(case=application.case, kind=kind, title=RECORD_TEXTS[kind]) for kind in RecordKind}
    # The decision has not been sent, and a dissent is told with it.
    hidden = {RecordKind.FILE_NOTE, RecordKind.REVIEW, RecordKind.DECISION, RecordKind.DISSENT}

    for kind, made in written.items():
        assert officer.get(f"/handlingar/{made.id}").status_code == 200
        assert ombud.get(f"/handlingar/{made.id}").status_code == (404 if kind in hidden else 200), kind


def test_the_partys_history_leaves_out_what_the_authority_does_within_itself(application, ombud, officer):
    for kind in (EventKind.APPLICATION_SUBMITTED, EventKind.DECISION_PROPOSED, EventKind.PAYMENT_REGISTERED):
        record(application.case_id, kind)
    page = f"/arenden/{application.case_id}"

    theirs, ours = ombud.get(page).text, officer.get(page).text

    assert "Ansökan inskickad" in theirs
    assert "Förslag lämnat till beslut" not in theirs
    assert "Utbetalning registrerad" not in theirs
    assert "Förslag lämnat till beslut" in ours
    assert "Utbetalning registrerad" in ours


def test_the_authoritys_history_leaves_out_what_belongs_to_the_partys_own_draft(application, ombud, officer):
    for kind in (EventKind.APPLICATION_SUBMITTED, EventKind.APPLICATION_STARTED, EventKind.REPORT_ECONOMY_ATTESTED):
        record(application.case_id, kind)
    page = f"/arenden/{application.case_id}"

    theirs, ours = ombud.get(page).text, officer.get(page).text

    assert "Ansökan inskickad" in ours
    assert "Ansökan påbörjad" not in ours
    assert "Ekonomin intygad" not in ours
    assert "Ansökan påbörjad" in theirs
    assert "Ekonomin intygad" in theirs


def test_the_history_is_newest_first(application, officer):
    record(application.case_id, EventKind.APPLICATION_SUBMITTED)
    record(application.case_id, EventKind.SUPPLEMENT_REQUESTED)

    text = officer.get(f"/arenden/{application.case_id}").text

    assert text.index("Komplettering begärd") < text.index("Ansökan inskickad")


def test_what_is_not_known_is_a_dash_and_not_a_zero(application, officer):
    made_decision(application, amount=3_179_104)
    reader = accounts.actor_of(officer.user.id)

    (money,) = case_pages.page(reader, application.case_id).money

    assert (money.granted, money.paid, money.spent, money.unspent) == (3_179_104, None, None, None)
    assert "3\u00a0179\u00a0104" in officer.get(f"/arenden/{application.case_id}").text


def test_unspent_counts_all_that_was_paid_for_the_year(application, officer):
    """The year's report is filed in the ordinary case and counts the extra call's money too."""
    extra = ApplicationFactory(
        organisation=application.organisation,
        call=CallFactory(grant=application.call.grant, status=CallStatus.PUBLISHED),
    )
    entry(application, LedgerKind.DECIDED, 100)
    entry(application, LedgerKind.PAID, 100)
    entry(extra, LedgerKind.PAID, 50)
    entry(application, LedgerKind.CHARGED, 120)
    reader = accounts.actor_of(officer.user.id)

    (money,) = case_pages.page(reader, application.case_id).money

    assert (money.paid, money.elsewhere, money.spent, money.unspent) == (100, 50, 120, 30)


def test_the_steps_say_which_year_is_completed(application, officer, ombud):
    """2021 is approved and 2022 waits for a komplettering: the step of the report is that of 2022."""
    dispatched(made_decision(application))
    ground, party = matrix(), application.organisation
    for year, status in ((2021, ReportStatus.APPROVED), (2022, ReportStatus.SUPPLEMENT_REQUESTED)):
        report(ground, party, year=year, status=status, case_id=application.case_id)

    def stages(reader):
        items = reader.get(f"/arenden/{application.case_id}").document.findall(".//ol[@class='bp-steps']/li")
        return {" ".join("".join(item.itertext()).split()) for item in items}

    assert "Nu: Återrapportering2021 klart, 2022: väntar på komplettering" in stages(officer)
    assert "Delvis klart: Granskning2021 klart, 2022 återstår" in stages(officer)
    assert "Nu: Återrapportering2021 klart, 2022: ni behöver komplettera" in stages(ombud)


def test_the_region_notes_its_own_number(application, ombud):
    address = f"/arenden/{application.case_id}/diarienummer"

    answer = ombud.post_form(address, {"own_reference": "  RS   2020-17 "})

    assert answer.status_code == 303
    assert committed().get_one(Case, application.case_id).own_reference == "RS 2020-17"
    assert events_of(application.case) == ["case.reference_changed"]
    assert "RS 2020-17" in ombud.get(f"/arenden/{application.case_id}").text


def test_a_number_that_is_too_long_is_asked_again_and_kept(application, ombud):
    answer = ombud.post_form(f"/arenden/{application.case_id}/diarienummer", {"own_reference": "x" * 81})

    assert answer.status_code == 422
    assert "Skriv högst 80 tecken." in answer.text
    assert "x" * 81 in answer.text


# --- Handlingar ----------------------------------------------------------------------------------------------------


def test_the_first_reader_gets_the_document_before_the_worker_has_made_it(application, ombud, app):
    made = rendered_record(application)
    address = f"/handlingar/{made.id}/hamta"

    first, second = ombud.get(address), ombud.get(address)

    assert first.data.startswith(b"%PDF-")
    assert first.data == second.data
    assert first.headers["Content-Disposition"].startswith("attachment; filename=")
    assert first.headers["Content-Security-Policy"] == "sandbox"
    stored = committed().scalars(select(StoredFile)).one()
    assert (app.config["PORTAL"].files / stored.stored_name).read_bytes() == first.data
    assert stored.sha256 in ombud.get(f"/handlingar/{made.id}").text


def test_reader_and_worker_at_once_store_one_document(application, tmp_path):
    made = rendered_record(application)
    settings = Settings(instance=tmp_path, secret_key="tests")

    first = worker.document(settings, made.id)
    second = worker.document(settings, made.id)

    assert first == second
    assert len(list(settings.files.iterdir())) == 1


def test_a_text_has_no_document(application, ombud):
    written = RecordFactory(case=application.case, text="<b>Vi</b> söker.")

    page = ombud.get(f"/handlingar/{written.id}")

    assert "&lt;b&gt;Vi&lt;/b&gt; söker." in page.text
    assert "Hämta som PDF" not in page.text
    assert ombud.get(f"/handlingar/{written.id}/hamta").status_code == 404


def test_the_party_does_not_read_the_authoritys_own_notes(application, ombud, officer):
    note = RecordFactory(case=application.case, kind=RecordKind.FILE_NOTE, direction=Direction.INTERNAL)

    assert ombud.get(f"/handlingar/{note.id}").status_code == 404
    assert officer.get(f"/handlingar/{note.id}").status_code == 200


# --- The list ------------------------------------------------------------------------------------------------------


def test_the_list_is_found_in_by_region_number_and_title(officer):
    wanted = ApplicationFactory(
        organisation=OrganisationFactory(name="Region Östergötland"), applicant_unit="Folåsa 100 %"
    )
    ApplicationFactory()
    number = wanted.case.registration_number

    for text in ("östergötland", number, "100 %", f"{number} region"):
        found = case_lists.listed(accounts.actor_of(officer.user.id), Asked(text=text))
        assert [row.id for row in found.rows] == [wanted.case_id], text
    assert case_lists.listed(accounts.actor_of(officer.user.id), Asked(text="100_%")).total == 0


def test_the_list_is_narrowed_by_call_and_state(officer):
    one, other = ApplicationFactory(), ApplicationFactory()

    answer = officer.get(f"/arenden/?utlysning={one.call.id}&lage=att-handlagga&ordning=-arende").text

    assert one.case.registration_number in answer
    assert other.case.registration_number not in answer
    assert "Inga ärenden stämmer" in officer.get("/arenden/?lage=ansokan-aterkallad").text
    assert officer.get("/arenden/?lage=nonsense&utlysning=x&bidrag=1e9&sida=-3&ordning=;").status_code == 200


def test_a_page_has_fifty_and_leads_to_the_next(officer):
    call = CallFactory()
    for _ in range(51):
        ApplicationFactory(call=call)

    first, second = officer.get(f"/arenden/?utlysning={call.id}"), officer.get("/arenden/?sida=2")

    assert first.text.count('<th scope="row"') == 50
    assert f"utlysning={call.id}&amp;sida=2" in first.text
    assert second.text.count('<th scope="row"') == 1


def count_of(reader, address: str) -> int:
    with statements() as sent:
        assert reader.get(address).status_code == 200
    return len(sent)


def test_the_list_asks_as_often_for_many_as_for_few(officer, ombud, application):
    for _ in range(4):
        ApplicationFactory(organisation=application.organisation)
    few = {reader: (count_of(reader, "/arenden/"), count_of(reader, "/")) for reader in (officer, ombud)}
    call = CallFactory()
    for _ in range(60):
        decided = ApplicationFactory(call=call)
        made_decision(decided)
    for _ in range(30):
        ApplicationFactory(organisation=application.organisation)

    many = {reader: (count_of(reader, "/arenden/"), count_of(reader, "/")) for reader in (officer, ombud)}

    assert many == few
    assert max(few[officer][0], few[ombud][0]) <= 10
