"""The list of ärenden: narrowed, in order, new things first, appointed, and saved as views."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, update

from forms.base import STALE
from grantportal import db, worker
from grantportal.domain import clock
from grantportal.domain.actors import Actor, Role
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.case_lists import ORDERS, Asked
from grantportal.domain.cases import OFFICERS_STAGES, PARTYS_STAGES, CaseStage
from grantportal.domain.decisions import DecisionStatus, Outcome
from grantportal.domain.events import EventKind
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.reports import ReportStatus
from grantportal.domain.supplements import SupplementStatus
from grantportal.models.accounts import MandateRow
from grantportal.models.cases import Case, ReadMark
from grantportal.models.decisions import Communication, Decision
from grantportal.models.portal import Notice
from grantportal.models.reports import Report
from grantportal.models.saved_views import SavedView
from grantportal.models.supplements import Supplement
from grantportal.queries import accounts, case_lists, home
from grantportal.settings import Settings
from grantportal.transaction import transaction
from tests.support.casework import ApplicationFactory, CallFactory
from tests.support.factories import OrganisationFactory, UserFactory, person
from tests.support.reported import matrix, report
from tests.support.rows import committed, events_of, saved

MAY = datetime(2020, 5, 4, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def portal_time():
    with clock.at(MAY):
        yield


@pytest.fixture
def authority(database):
    return OrganisationFactory(kind=OrganisationKind.AUTHORITY, name="Myndigheten")


@pytest.fixture
def officer(authority):
    return person(Role.HANDLAGGARE, authority)


@pytest.fixture
def chief(authority):
    return person(Role.ENHETSCHEF, authority)


def ids(user, **asked) -> list[int]:
    committed()
    return [row.id for row in case_lists.listed(accounts.actor_of(user.id), Asked(**asked)).rows]


def shown(user, **asked):
    committed()
    return case_lists.listed(accounts.actor_of(user.id), Asked(**asked))


def happened(case_id: int, kind: EventKind, who=None) -> None:
    """Somebody did something in the case."""
    with transaction(Actor(who.id if who else UserFactory().id), kind) as act:
        act.about(act.session.get_one(Case, case_id))


def appointed(case_id: int, user) -> None:
    with db.writing_session() as session, session.begin():
        session.get_one(Case, case_id).assigned_to_id = user.id


# --- Läge ------------------------------------------------------------------------------------------------------------


def at(stage: CaseStage, application) -> None:
    """Put the case there."""
    own = {"case_id": application.case_id, "organisation_id": application.organisation_id}
    about = {**own, "application_id": application.id}
    officer = UserFactory().id
    days = {CaseStage.SUPPLEMENT_OUT: date(2020, 5, 4), CaseStage.SUPPLEMENT_LATE: date(2020, 5, 3)}
    decisions = {
        CaseStage.PROPOSED: DecisionStatus.PROPOSED,
        CaseStage.RETURNED: DecisionStatus.RETURNED,
        CaseStage.TO_SEND: DecisionStatus.MADE,
        CaseStage.DECIDED: DecisionStatus.MADE,
    }
    reports = {
        CaseStage.REPORT_LATE: (ReportStatus.DRAFT, date(2020, 5, 3)),
        CaseStage.REPORT_OUT: (ReportStatus.DRAFT, date(2020, 5, 4)),
        CaseStage.TO_REVIEW: (ReportStatus.SUBMITTED, date(2020, 5, 4)),
        CaseStage.REVIEWED: (ReportStatus.APPROVED, date(2020, 5, 4)),
    }
    if stage in days:
        saved(
            Supplement(
                **about,
                reason="x",
                last_day=days[stage],
                status=SupplementStatus.REQUESTED,
                requested_by_id=officer,
                requested_at=MAY,
                version_before=1,
            )
        )
    elif stage is CaseStage.VIEWS_OUT:
        saved(
            Communication(
                **about, kind="sent", material="x", last_day=date(2020, 5, 4), sent_by_id=officer, sent_at=MAY
            )
        )
    elif stage in decisions:
        made = decisions[stage] is DecisionStatus.MADE
        saved(
            Decision(
                **about,
                status=decisions[stage],
                outcome=Outcome.REFUSED if made else None,
                proposed_by_id=officer,
                returned_reason="x",
                decided_by_id=UserFactory().id if made else None,
                decided_at=MAY if made else None,
                sha256="x",
            )
        )
    elif stage in reports:
        status, due = reports[stage]
        report(matrix(), application.organisation, year=2019, status=status, case_id=application.case_id)
        days = {"opens_on": date(2020, 1, 1), "due_on": due}
        with db.writing_session() as session, session.begin():
            session.execute(update(Report).where(Report.case_id == application.case_id).values(**days))


STATUS = {
    CaseStage.WITHDRAWN: ApplicationStatus.WITHDRAWN,
    CaseStage.SUPPLEMENT_OUT: ApplicationStatus.SUPPLEMENT_REQUESTED,
    CaseStage.SUPPLEMENT_LATE: ApplicationStatus.SUPPLEMENT_REQUESTED,
    CaseStage.TO_SEND: ApplicationStatus.CONCLUDED,
    CaseStage.DECIDED: ApplicationStatus.CONCLUDED,
}
TESTED = [stage for stage in OFFICERS_STAGES if stage is not CaseStage.TO_PAY]


def test_the_list_is_narrowed_by_all_that_a_case_can_be_at(officer):
    cases = {}
    for stage in TESTED:
        application = ApplicationFactory(status=STATUS.get(stage, ApplicationStatus.SUBMITTED))
        at(stage, application)
        cases[stage] = application.case_id
    decided = {cases[CaseStage.TO_SEND], cases[CaseStage.DECIDED]}
    reported = {cases[stage] for stage in TESTED if "rapport" in stage.value or stage in REVIEWS}

    for stage in TESTED:
        found = set(ids(officer, stage=stage))
        assert cases[stage] in found, stage
        if stage is CaseStage.TO_SEND:
            assert found == decided
        elif stage is CaseStage.DECIDED:
            assert found == decided | reported
        else:
            assert found == {cases[stage]}, stage
    assert ids(officer, stage=CaseStage.TO_PAY) == []


REVIEWS = {CaseStage.TO_REVIEW, CaseStage.REVIEWED}


def test_the_party_is_told_nothing_of_what_the_authority_does_within_itself(authority):
    application = ApplicationFactory(status=ApplicationStatus.CONCLUDED)
    ombud = person(Role.OMBUD, application.organisation)
    at(CaseStage.DECIDED, application)

    assert not PARTYS_STAGES.keys() & {CaseStage.PROPOSED, CaseStage.RETURNED, CaseStage.TO_SEND}
    # Made but not sent: to the party it is under handläggning.
    assert ids(ombud, stage=CaseStage.DECIDED) == []
    assert ids(ombud, stage=CaseStage.TO_SEND) == []
    assert ids(ombud, stage=CaseStage.TO_HANDLE) == [application.case_id]


# --- Other filters ---------------------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_day_lateness_handler_and_organisation(officer, authority):
    other = person(Role.HANDLAGGARE, authority)
    left = person(Role.HANDLAGGARE, authority, valid_to=date(2020, 5, 3))
    call = CallFactory()
    on_time = ApplicationFactory(call=call, submitted_at=datetime(2020, 4, 20, 21, 59, tzinfo=UTC))
    late = ApplicationFactory(call=call, submitted_at=datetime(2020, 4, 20, 22, 0, tzinfo=UTC))
    mine, theirs = on_time.case_id, late.case_id
    orphan = ApplicationFactory(call=call, submitted_at=datetime(2020, 4, 1, tzinfo=UTC)).case_id
    appointed(mine, officer), appointed(theirs, other), appointed(orphan, left)

    assert ids(officer, late=True) == [theirs]
    assert ids(officer, received_from=date(2020, 4, 21)) == [theirs]
    assert ids(officer, received_from=date(2020, 4, 20), received_to=date(2020, 4, 20)) == [mine]
    assert ids(officer, handler="mina") == [mine]
    assert ids(officer, handler=str(other.id)) == [theirs]
    # Whoever was appointed is handläggare no longer: nobody handles it.
    assert ids(officer, handler="ingens") == [orphan]
    assert ids(officer, organisation_id=late.organisation_id, call_id=call.id, grant_id=call.grant_id) == [theirs]
    filters = shown(officer).filters
    assert {name for _, name in filters.handlers} == {officer.name, other.name}
    assert (call.id, call.title) in filters.calls


def test_each_column_sorts_both_ways(officer, authority):
    for number, name in enumerate(["Region Åre", "Region Ale", "Region Öland"], 1):
        made = ApplicationFactory(
            organisation=OrganisationFactory(name=name), submitted_at=datetime(2020, 4, number, tzinfo=UTC)
        )
        if number == 2:
            appointed(made.case_id, officer)
    by_name = [row.organisation for row in shown(officer, order="arende").rows]

    assert by_name == ["Region Ale", "Region Åre", "Region Öland"]
    for order in ORDERS:
        if order.startswith("-"):
            forth, back = (
                [row.id for row in shown(officer, order=each).rows] for each in (order.removeprefix("-"), order)
            )
            assert sorted(forth) == sorted(back)
            if order in {"-arende", "-dnr", "-inkom"}:
                assert forth == back[::-1]
    assert shown(officer, order="-handlaggare").rows[0].handler == officer.name


def test_the_address_carries_all_and_the_head_says_the_order(signed_in, officer):
    call = CallFactory()
    for _ in range(51):
        ApplicationFactory(call=call)
    page = signed_in(officer).get(
        f"/arenden/?utlysning={call.id}&ordning=-dnr&fran=2020-04-01&handlaggare=ingens&sok=&bidrag="
    )

    sorts = [head.get("aria-sort") for head in page.document.iter("th") if head.get("aria-sort")]
    assert sorts == ["descending"]
    kept = f"utlysning={call.id}&amp;handlaggare=ingens&amp;fran=2020-04-01&amp;ordning=-dnr"
    assert f"{kept}&amp;sida=2" in page.text
    assert f"utlysning={call.id}&amp;handlaggare=ingens&amp;fran=2020-04-01&amp;ordning=dnr" in page.text


@pytest.mark.parametrize(("typed", "said"), [("31/2", "Skriv datumet"), ("2020-02-30", "finns inte")])
def test_a_day_that_is_none_is_asked_again_and_kept(signed_in, officer, typed, said):
    page = signed_in(officer).get("/arenden/", query_string={"fran": typed, "till": "2020-05-01"})

    assert page.status_code == 200
    assert said in page.text
    assert f'value="{typed}"' in page.text
    assert 'value="2020-05-01"' in page.text


def test_the_days_are_in_order(signed_in, officer):
    page = signed_in(officer).get("/arenden/?fran=2020-05-02&till=2020-05-01")

    assert "Skriv en dag som inte är före den första." in page.text


# --- Nytt ------------------------------------------------------------------------------------------------------------


def news(user) -> list[int]:
    return [row.id for row in shown(user).rows if row.is_new]


def test_what_others_have_done_is_new_until_the_case_is_opened(signed_in, officer, authority):
    older, newer = ApplicationFactory(), ApplicationFactory(submitted_at=MAY)
    colleague = person(Role.HANDLAGGARE, authority)
    happened(older.case_id, EventKind.APPLICATION_SUBMITTED)

    assert news(officer) == [older.case_id]
    # New things first, however late another came in.
    assert ids(officer) == [older.case_id, newer.case_id]

    signed_in(officer).get(f"/arenden/{older.case_id}")
    assert news(officer) == []
    assert ids(officer) == [newer.case_id, older.case_id]
    assert news(colleague) == [older.case_id]

    # One's own act is no news to oneself.
    happened(older.case_id, EventKind.FILE_NOTE_WRITTEN, officer)
    assert news(officer) == []
    happened(older.case_id, EventKind.COMMUNICATION_REPLIED)
    happened(older.case_id, EventKind.FILE_NOTE_WRITTEN, officer)
    assert news(officer) == [older.case_id]
    page = signed_in(officer).get("/arenden/")
    assert "Nytt" in page.text


def test_news_are_what_the_reader_may_know_of(authority, officer):
    application = ApplicationFactory()
    ombud = person(Role.OMBUD, application.organisation)

    for kind in (EventKind.FILE_NOTE_WRITTEN, EventKind.DECISION_MADE, EventKind.CASE_ASSIGNED):
        happened(application.case_id, kind)
    assert news(ombud) == []
    happened(application.case_id, EventKind.DECISION_DISPATCHED)
    assert news(ombud) == [application.case_id]


def test_a_page_that_is_opened_twice_leaves_one_mark_and_never_an_older_one(signed_in, officer):
    application = ApplicationFactory()
    browser = signed_in(officer)
    for _ in range(3):
        happened(application.case_id, EventKind.APPLICATION_SUBMITTED)
        browser.get(f"/arenden/{application.case_id}")

    marks = committed().scalars(select(ReadMark)).all()
    assert [(mark.user_id, mark.seq) for mark in marks] == [(officer.id, 3)]


def test_all_are_marked_as_read_at_once(signed_in, officer, authority):
    one, other = ApplicationFactory(), ApplicationFactory()
    for each in (one, other):
        happened(each.case_id, EventKind.APPLICATION_SUBMITTED)
    colleague = person(Role.HANDLAGGARE, authority)
    browser = signed_in(officer)
    browser.get(f"/arenden/{one.case_id}")
    happened(one.case_id, EventKind.SUPPLEMENT_ANSWERED)

    answer = browser.post_form("/arenden/lasta?lage=att-handlagga", at="/arenden/")

    assert answer.status_code == 303
    assert answer.location.endswith("?lage=att-handlagga")
    assert news(officer) == []
    assert len(news(colleague)) == 2


def test_a_press_on_a_page_that_has_grown_old_marks_nothing_and_says_so(signed_in, officer):
    happened(ApplicationFactory().case_id, EventKind.APPLICATION_SUBMITTED)
    browser = signed_in(officer)

    answer = browser.post("/arenden/lasta", data={"csrf_token": "gammal"})

    assert answer.status_code == 303
    assert STALE in browser.get(answer.location).text
    assert len(news(officer)) == 1


# --- Fördela ärende --------------------------------------------------------------------------------------------------


def test_the_chief_appoints_a_handler_to_one_case(signed_in, chief, officer, tmp_path):
    application = ApplicationFactory()
    browser = signed_in(chief)
    assert "Fördela ärende" in browser.get(f"/arenden/{application.case_id}").text

    answer = browser.post_form(f"/arenden/{application.case_id}/fordela", {"handler": officer.id})

    assert answer.status_code == 303
    assert committed().get_one(Case, application.case_id).assigned_to_id == officer.id
    assert events_of(application.case) == ["case.assigned"]
    page = signed_in(officer).get(f"/arenden/{application.case_id}").text
    assert "Handläggare utsedd" in page
    worker.drain(Settings(instance=tmp_path, secret_key="tests"))
    notice = committed().scalars(select(Notice)).one()
    assert (notice.user_id, notice.case_id) == (officer.id, application.case_id)


def test_several_ticked_cases_are_appointed_at_once(signed_in, chief, officer):
    cases = [ApplicationFactory().case for _ in range(3)]
    appointed(cases[0].id, officer)
    chosen = "&".join(f"arende={case.id}" for case in cases)
    browser = signed_in(chief)
    listed = browser.get("/arenden/").text
    assert all(f'name="arende" type="checkbox" value="{case.id}"' in listed for case in cases)

    answer = browser.post_form(f"/arenden/fordela?{chosen}", {"handler": officer.id})

    assert answer.status_code == 303
    assert [row.assigned_to_id for row in committed().scalars(select(Case))] == [officer.id] * 3
    # Whoever handles it already is not appointed again.
    assert [events_of(case) for case in cases] == [[], ["case.assigned"], ["case.assigned"]]
    # It is new to the one who was appointed, and to no other.
    assert sorted(news(officer)) == sorted(case.id for case in cases[1:])
    assert news(chief) == []


def test_only_somebody_who_is_handler_now_is_appointed(signed_in, chief, officer, authority):
    application = ApplicationFactory()
    left = person(Role.HANDLAGGARE, authority, valid_to=date(2020, 5, 3))
    registrar = person(Role.REGISTRATOR, authority)
    browser, address = signed_in(chief), f"/arenden/{application.case_id}/fordela"

    page = browser.get(address).text
    assert officer.name in page
    assert left.name not in page
    for handler, said in (
        (left.id, "inte handläggare längre"),
        (registrar.id, "inte handläggare längre"),
        ("", "Välj"),
    ):
        answer = browser.post_form(address, {"handler": handler})
        assert answer.status_code == 422
        assert said in answer.text
    assert browser.post_form("/arenden/fordela", {"handler": officer.id}, at=address).status_code == 422
    assert browser.post_form(address, {"handler": officer.id}).status_code == 303
    again = browser.post_form(address, {"handler": officer.id})
    assert again.status_code == 422
    assert "är redan handläggare" in again.text
    assert events_of(application.case) == ["case.assigned"]


def test_an_ended_mandate_is_shown_as_such(signed_in, officer, chief):
    application = ApplicationFactory()
    appointed(application.case_id, officer)
    browser = signed_in(chief)
    assert "behörigheten har upphört" not in browser.get(f"/arenden/{application.case_id}").text

    with db.writing_session() as session, session.begin():
        session.scalars(select(MandateRow).where(MandateRow.user_id == officer.id)).one().ended_at = MAY

    for address in (f"/arenden/{application.case_id}", "/arenden/", f"/arenden/{application.case_id}/fordela"):
        assert "behörigheten har upphört" in browser.get(address).text


def test_a_draft_is_not_appointed(signed_in, chief, officer):
    draft = ApplicationFactory(draft=True)
    other = ApplicationFactory()
    browser = signed_in(chief)

    assert browser.get(f"/arenden/{draft.case_id}/fordela").status_code == 404
    answer = browser.post_form(
        f"/arenden/fordela?arende={draft.case_id}", {"handler": officer.id}, at=f"/arenden/{other.case_id}/fordela"
    )
    assert answer.status_code == 404
    assert committed().get_one(Case, draft.case_id).assigned_to_id is None


def test_the_start_page_shows_ones_own_cases_first_and_not_a_colleagues(authority, officer, chief):
    colleague = person(Role.HANDLAGGARE, authority)
    names = {}
    for whose, handler, day in (("nobody", None, 1), ("mine", officer, 3), ("colleague", colleague, 2)):
        made = ApplicationFactory(submitted_at=datetime(2020, 4, day, tzinfo=UTC))
        names[whose] = made.organisation.name
        if handler:
            appointed(made.case_id, handler)
    committed()

    titles = [each.title for each in home.start(accounts.actor_of(officer.id)).waiting]
    chiefs = [each.title for each in home.start(accounts.actor_of(chief.id)).waiting]

    assert titles == [f"Handlägg {names['mine']}", f"Handlägg {names['nobody']}"]
    assert chiefs == ["Fördela ett ärende"]


# --- Sparade vyer ----------------------------------------------------------------------------------------------------


def views(user) -> list[SavedView]:
    return list(committed().scalars(select(SavedView).where(SavedView.user_id == user.id).order_by(SavedView.id)))


def save(browser, name: str, query: str = "lage=att-handlagga&ordning=-dnr"):
    return browser.post_form(f"/arenden/vyer/ny?{query}", {"name": name, "query": query})


def test_a_view_is_saved_found_renamed_and_taken_away(signed_in, officer):
    browser = signed_in(officer)

    answer = save(browser, "Mina kompletteringar", "sok=&lage=komplettering-ute&ordning=-dnr&sida=4&okant=1")

    assert answer.status_code == 303
    (view,) = views(officer)
    assert view.query == "lage=komplettering-ute&ordning=-dnr"
    page = browser.get(answer.location)
    assert 'aria-current="page">Mina kompletteringar' in page.text

    assert browser.post_form(f"/arenden/vyer/{view.id}/namn", {"name": "Ute hos parten"}).status_code == 303
    assert views(officer)[0].name == "Ute hos parten"
    assert browser.post_form(f"/arenden/vyer/{view.id}/ta-bort").status_code == 303
    assert views(officer) == []
    assert events_of(view) == []


def test_the_list_begins_with_the_chosen_view(signed_in, officer):
    browser = signed_in(officer)
    for name in ("Ett", "Två"):
        save(browser, name, f"sok={name}")
    one, two = views(officer)

    for chosen in (one, two):
        assert browser.post_form(f"/arenden/vyer/{chosen.id}/forst", at="/arenden/vyer/").status_code == 303
        answer = browser.get("/arenden/")
        assert answer.status_code == 303
        assert answer.location.endswith(chosen.query)
    assert browser.get("/arenden/?ordning=nytt").status_code == 200
    assert [view.is_start for view in views(officer)] == [False, True]
    browser.post_form(f"/arenden/vyer/{two.id}/forst", at="/arenden/vyer/")
    assert browser.get("/arenden/").status_code == 200


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "!!!", "x" * 61])
def test_a_name_that_cannot_be_read_is_asked_again(signed_in, officer, name):
    answer = save(signed_in(officer), name)

    assert answer.status_code == 422
    assert views(officer) == []


def test_a_hostile_name_is_only_shown(signed_in, officer):
    browser = signed_in(officer)

    answer = save(browser, '<script>alert("å")</script>')

    assert answer.status_code == 303
    assert "<script>alert" not in browser.get(answer.location).text
    assert "&lt;script&gt;alert" in browser.get("/arenden/vyer/").text


def test_two_views_have_two_names(signed_in, officer, authority):
    browser = signed_in(officer)
    save(browser, "Årets ärenden")

    answer = save(browser, "ÅRETS   ärenden", "sok=annat")

    assert answer.status_code == 422
    assert "Du har redan en vy med det namnet" in answer.text
    assert "sok=annat" in answer.text
    # Another person may use it.
    assert save(signed_in(person(Role.HANDLAGGARE, authority)), "Årets ärenden").status_code == 303


def test_nobody_keeps_more_views_than_can_be_looked_over(signed_in, officer):
    for number in range(20):
        saved(SavedView(user_id=officer.id, name=f"Vy {number}", name_key=f"vy {number}", query="sok=x"))

    answer = save(signed_in(officer), "En till")

    assert answer.status_code == 422
    assert "Du har redan 20 vyer" in answer.text
    assert committed().scalar(select(func.count(SavedView.id))) == 20


def test_another_persons_view_is_as_if_it_did_not_exist(signed_in, officer, authority):
    view = saved(SavedView(user_id=officer.id, name="Min", name_key="min", query="sok=x"))
    other = signed_in(person(Role.HANDLAGGARE, authority))

    for part in ("namn", "ta-bort"):
        assert other.get(f"/arenden/vyer/{view.id}/{part}").status_code == 404
    assert "Min" not in [each.name for each in views(other.user)]
    assert other.post_form(f"/arenden/vyer/{view.id}/forst", at="/arenden/vyer/ny").status_code == 404
    assert other.post_form(f"/arenden/vyer/{view.id}/ta-bort", at="/arenden/vyer/ny").status_code == 404
    assert views(officer)[0].name == "Min"


def test_a_list_without_choices_is_no_view(signed_in, officer):
    answer = save(signed_in(officer), "Allt", "ordning=nytt")

    assert answer.status_code == 422
    assert "Välj först hur listan ska visas" in answer.text
