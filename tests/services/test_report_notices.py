"""What is told of a report: that it has opened, that its day is near or past, that its economy is attested or no longer is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from grantportal import db, worker
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.calls import CallKind, WithdrawCall
from grantportal.domain.errors import SavedMeanwhile
from grantportal.domain.grants import SetCategories
from grantportal.domain.payments import LedgerKind
from grantportal.domain.reminders import ReminderDays
from grantportal.domain.reports import SaveCost, SaveEconomy
from grantportal.effects.notices import NOTICE
from grantportal.models.calls import Call
from grantportal.models.grants import CostCategory
from grantportal.models.payments import LedgerEntry
from grantportal.models.portal import Notice
from grantportal.models.reports import Report
from grantportal.queries import reports as queries
from grantportal.services import calls, grants, notices, outbox, reminders
from grantportal.services import reports as services
from tests.support.calls import CATEGORIES, authority, make_call
from tests.support.calls import officer as an_officer
from tests.support.casework import sent as dispatched
from tests.support.factories import person
from tests.support.reporting import (
    OPENED,
    another_call,
    attest,
    fill_economy,
    filled,
    grant_more,
    grantee,
    handed_in,
    page,
)
from tests.support.rows import committed, events_of, saved

pytestmark = pytest.mark.usefixtures("database")

# The report of 2021 opens on 1 December and is due on Tuesday 1 March 2022.
SECOND = timedelta(seconds=1)
MIDNIGHT = clock.local(date(2021, 12, 1))
ALL = {Role.OMBUD, Role.REPRESENTANT, Role.UPPGIFTSSAMORDNARE, Role.APPLICANT_ECONOMIST}


@pytest.fixture
def region():
    return grantee()


@pytest.fixture
def officer():
    return person(Role.HANDLAGGARE, authority())


def on(year, month, day):
    return clock.at(clock.local(date(year, month, day), 9))


def delivered():
    """Make the notices that wait, as the worker does; who got which, by title."""
    while taken := outbox.claim():
        [work] = taken
        if work.kind == NOTICE:
            notices.deliver(work.id, work.lease_key, work.payload, work.at)
        else:
            outbox.complete(work)
    found = {}
    for each in committed().scalars(select(Notice).order_by(Notice.id)):
        found.setdefault(each.title, set()).add(each.user_id)
    return found


def ids(region, *roles):
    return {region.users[role].id for role in roles}


# --- It has opened -------------------------------------------------------------------------------------------------


def test_when_it_opens_all_who_can_write_in_it_are_told_once(region, officer):
    with clock.at(MIDNIGHT - SECOND):
        assert reminders.send() == 0
    with clock.at(MIDNIGHT):
        assert reminders.send() == 1
        assert reminders.send() == 0
    assert delivered() == {"Återrapporteringen för 2021 är öppen": ids(region, *ALL)}
    [notice] = {each.text for each in committed().scalars(select(Notice))}
    assert notice == "Ni kan fylla i den nu. Lämna in den senast 1\xa0mars\xa02022."
    assert events_of(region.report) == ["report.opened"]


def test_nobody_is_told_of_a_report_before_the_decision_that_it_follows_from_has_been_sent(officer):
    grantee(is_sent=False)
    with clock.at(MIDNIGHT):
        assert reminders.send() == 0
    assert delivered() == {}


def test_a_worker_that_was_down_when_it_opened_tells_it_when_it_is_back(region):
    with on(2022, 1, 17):
        assert reminders.send() == 1
    assert [*delivered()] == ["Återrapporteringen för 2021 är öppen"]


def test_whoever_has_one_case_only_is_told_of_that_case_only(region):
    other = grantee(organisation=region.organisation, call=another_call(), years=(2021,))
    user = person(Role.UPPGIFTSSAMORDNARE, region.organisation, case_id=other.case.id)
    with clock.at(MIDNIGHT):
        assert reminders.send() == 2
    delivered()
    told = committed().scalars(select(Notice.case_id).where(Notice.user_id == user.id)).all()
    assert told == [other.case.id]


# --- Its last day --------------------------------------------------------------------------------------------------


def test_it_is_reminded_of_ten_and_three_working_days_before_and_said_to_be_late_the_first_after(region, officer):
    with clock.at(MIDNIGHT):
        reminders.send()
    # Ten working days before Tuesday 1 March 2022 is Tuesday 15 February; three are Thursday 24 February.
    for month, day, sent in ((2, 14, 0), (2, 15, 1), (2, 16, 0), (2, 23, 0), (2, 24, 1), (3, 1, 0)):
        with on(2022, month, day):
            assert reminders.send() == sent, (month, day)
    assert delivered()["Återrapporteringen för 2021 ska snart lämnas in"] == ids(region, *ALL)
    with on(2022, 3, 2):
        assert reminders.send() == 1
        assert reminders.send() == 0
    with on(2022, 3, 30):
        assert reminders.send() == 0
    told = delivered()
    assert told["Återrapporteringen för 2021 är försenad"] == ids(region, *ALL)
    assert officer.id in told["Återrapportering försenad"]
    assert events_of(region.report) == ["report.opened", *["report.reminded"] * 3]


def test_what_is_handed_in_is_not_reminded_of(region):
    handed_in(region, at=OPENED)
    for day in (date(2022, 2, 15), date(2022, 2, 24), date(2022, 3, 2)):
        with clock.at(clock.local(day, 9)):
            assert reminders.send() == 0


def test_months_that_pass_at_once_give_one_message_to_each_side(region, officer):
    with on(2022, 6, 1):
        assert reminders.send() == 1
        assert reminders.send() == 0
    assert [*delivered()] == ["Återrapporteringen för 2021 är försenad", "Återrapportering försenad"]


def test_the_installations_own_days_are_kept(region):
    days = ReminderDays(before_report=(1,), after=3)
    with clock.at(MIDNIGHT):
        reminders.send(days)
    for month, day, sent in ((2, 15, 0), (2, 24, 0), (2, 28, 1), (3, 2, 0), (3, 3, 0), (3, 4, 1)):
        with on(2022, month, day):
            assert reminders.send(days) == sent, (month, day)


def test_one_that_others_are_at_holds_up_no_other(region, monkeypatch):
    other = grantee(call=another_call())
    say = reminders._say

    def busy_once(kind, thing_id, *rest):
        if thing_id == region.report.id:
            raise SavedMeanwhile
        return say(kind, thing_id, *rest)

    with clock.at(MIDNIGHT):
        monkeypatch.setattr(reminders, "_say", busy_once)
        assert reminders.send() == 1
        monkeypatch.undo()
        assert reminders.send() == 1
    assert events_of(other.report) == events_of(region.report) == ["report.opened"]


def test_the_mail_says_only_that_something_waits(region, app, monkeypatch):
    sent = []
    monkeypatch.setattr(worker, "_write", lambda _folder, _name, letter: sent.append(letter.get_content()))
    with clock.at(MIDNIGHT):
        reminders.send()
        worker.drain(app.config["PORTAL"])
    assert len(sent) == len(ALL)
    assert not [text for text in sent if "apporter" in text or "2022" in text]


# --- Attested ------------------------------------------------------------------------------------------------------

ATTESTED, ENDED = "Ekonomin för 2021 är intygad", "Ekonomin för 2021 behöver intygas igen"


def paid_now(to, amount):
    saved(
        LedgerEntry(
            kind=LedgerKind.PAID,
            grant_id=to.call.grant_id,
            grant_year=2021,
            organisation_id=to.organisation.id,
            case_id=to.case.id,
            amount=amount,
            entered_at=clock.now(),
        )
    )


def change(region, role):
    row = page(region).economy.rows[0]
    with clock.at(OPENED + timedelta(hours=1)):
        return services.save_economy(
            region.actor(role), region.report.id, SaveEconomy({row.category_id: SaveCost({"cost": 7}, row.stamp)})
        )


def test_the_ombud_is_told_that_the_economy_is_attested(region):
    with clock.at(OPENED):
        fill_economy(region)
        attest(region)
    assert delivered() == {ATTESTED: ids(region, Role.OMBUD)}
    text = committed().scalars(select(Notice.text)).one()
    assert text.endswith("Innan ni kan skicka in återrapporteringen: 16 saker återstår.")


def test_the_ombud_is_told_that_nothing_else_remains(region):
    with clock.at(OPENED):
        filled(region)
    delivered()
    assert committed().scalars(select(Notice.text)).one().endswith("Ni kan skicka in återrapporteringen.")


def test_an_ombud_who_attests_is_not_told_what_she_knows(region):
    with clock.at(OPENED):
        fill_economy(region)
        attest(region, role=Role.OMBUD)
    assert delivered() == {}


def test_a_change_tells_whoever_attested_and_the_ombud_that_it_holds_no_longer(region):
    with clock.at(OPENED):
        filled(region)
    assert change(region, Role.UPPGIFTSSAMORDNARE).ended_attestation
    assert delivered()[ENDED] == ids(region, Role.OMBUD, Role.APPLICANT_ECONOMIST)
    text = committed().scalars(select(Notice.text).where(Notice.title == ENDED)).first()
    by = region.users[Role.UPPGIFTSSAMORDNARE].name
    assert text == f"{by} har ändrat ekonomin. Intygandet från 10\xa0februari\xa02022 kl.\xa010:00 gäller inte längre."
    assert events_of(region.report) == ["report.economy_attested", "report.attestation_ended"]
    # A draft that ends nothing is still no act.
    assert not change(region, Role.UPPGIFTSSAMORDNARE).ended_attestation
    assert events_of(region.report)[2:] == []


def test_whoever_makes_the_change_is_not_told_of_it(region):
    with clock.at(OPENED):
        filled(region)
    change(region, Role.APPLICANT_ECONOMIST)
    assert delivered()[ENDED] == ids(region, Role.OMBUD)


def test_a_payment_that_changes_the_figures_ends_the_attestation_in_the_workers_next_round(region):
    with clock.at(OPENED):
        filled(region)
        assert services.end_outdated_attestations() == 0
    with clock.at(OPENED + timedelta(days=1)):
        assert services.end_outdated_attestations() == 0
        paid_now(region, 5)
        assert services.end_outdated_attestations() == 1
        assert services.end_outdated_attestations() == 0
    assert delivered()[ENDED] == ids(region, Role.OMBUD, Role.APPLICANT_ECONOMIST)
    row = committed().get_one(Report, region.report.id)
    assert (row.economy_sha256, row.economy_attested_at, row.economy_attested_by_id) == (None, None, None)
    assert events_of(region.report)[-1] == "report.attestation_ended"


def test_a_decision_that_is_sent_ends_the_attestation_and_one_that_is_only_made_does_not(region):
    extra = saved(
        Call(
            grant_id=region.call.grant_id,
            kind=CallKind.EXTRA,
            extends_id=region.call.id,
            title="Extra utlysning",
            opens_at=MIDNIGHT,
            last_day=date(2022, 1, 31),
        )
    )
    with clock.at(OPENED):
        filled(region)
    with clock.at(OPENED + timedelta(days=1)):
        more = grant_more(region, extra, {2021: (1_000, 0, 0, 0, 0, 0)}, is_sent=False)
        assert services.end_outdated_attestations() == 0
        dispatched(more, OPENED + timedelta(days=1))
        assert services.end_outdated_attestations() == 1
        assert services.end_outdated_attestations() == 0
    assert delivered()[ENDED] == ids(region, Role.OMBUD, Role.APPLICANT_ECONOMIST)
    text = committed().scalars(select(Notice.text).where(Notice.title == ENDED)).first()
    assert text.startswith("Det som är beslutat eller utbetalt för året har ändrats.")
    row = committed().get_one(Report, region.report.id)
    assert (row.economy_sha256, row.economy_attested_at, row.economy_attested_by_id) == (None, None, None)
    assert events_of(region.report)[-1] == "report.attestation_ended"


def test_a_call_with_a_new_kostnadsslag_asks_only_those_that_got_money_in_it(region):
    """A published call, an award to somebody else and a refusal change nobody's report; the own award does, and is told."""
    who, other = an_officer(), grantee(call=region.call)
    with clock.at(OPENED):
        filled(region)
        kept = page(region)
        grants.set_categories(who, region.call.grant_id, SetCategories((*CATEGORIES, "Lokaler"), "Personal"))
        extra = make_call(
            who,
            region.call.grant_id,
            years=(2021,),
            title="Omfördelning",
            opens_on=date(2022, 2, 10),
            last_day=date(2022, 2, 15),
            extends_id=region.call.id,
        )
        call = committed().get_one(Call, extra)
        lokaler = committed().scalars(select(CostCategory.id).where(CostCategory.name == "Lokaler")).one()

        def asked():
            db.close_read_session()
            return len(queries.questions_page(region.actor(), region.report.id).categories)

        for given in (None, other):
            if given:
                grant_more(replace(given, categories=[*given.categories, lokaler]), call, {2021: (0,) * 6 + (5_000,)})
            now = page(region)
            assert (now.is_attested, now.economy.rows) == (True, kept.economy.rows)
            assert asked() == len(CATEGORIES)
            assert services.end_outdated_attestations() == 0
        more = grant_more(
            replace(region, categories=[*region.categories, lokaler]), call, {2021: (0,) * 6 + (5_000,)}, is_sent=False
        )
        assert (len(page(region).economy.rows), asked()) == (len(CATEGORIES), len(CATEGORIES))
        dispatched(more, OPENED)
        assert [row.category for row in page(region).economy.rows] == [*CATEGORIES, "Lokaler"]
        assert asked() == len(CATEGORIES) + 1
        assert services.end_outdated_attestations() == 1
        assert ENDED in delivered()
        assert len(page(other).economy.rows) == len(CATEGORIES) + 1


def test_a_withdrawn_call_asks_nobody_of_its_kostnadsslag(region):
    who = an_officer()
    with clock.at(OPENED):
        filled(region)
        grants.set_categories(who, region.call.grant_id, SetCategories((*CATEGORIES, "Lokaler"), "Personal"))
        call_id = make_call(
            who,
            region.call.grant_id,
            years=(2021,),
            title="Omfördelning",
            opens_on=date(2022, 2, 10),
            last_day=date(2022, 2, 15),
            extends_id=region.call.id,
        )
        calls.withdraw(who, call_id, WithdrawCall("Fel kostnadsslag.", 0))
        assert page(region).is_attested
        assert len(page(region).economy.rows) == len(CATEGORIES)


def test_what_another_organisation_is_paid_ends_nothing(region):
    other = grantee(call=region.call)
    with clock.at(OPENED):
        filled(region)
    with clock.at(OPENED + timedelta(days=1)):
        paid_now(other, 5)
        assert services.end_outdated_attestations() == 0


def test_the_authority_does_not_read_of_attestations_before_hand_in(region, signed_in, officer):
    with clock.at(OPENED):
        filled(region)
    change(region, Role.UPPGIFTSSAMORDNARE)
    for user, reads in ((region.users[Role.OMBUD], True), (officer, False)):
        text = signed_in(user).get(f"/arenden/{region.case.id}").text
        assert ("Intygandet av ekonomin gäller inte längre" in text) is reads
