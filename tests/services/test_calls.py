"""Utlysningar and what they are made of, through the services, on both databases."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from grantportal import db
from grantportal.domain.actors import Role
from grantportal.domain.calls import PROMISED, CallStatus, WithdrawCall
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation, RuleViolations
from grantportal.domain.forms import QuestionType
from grantportal.domain.grants import AllotFrame, AppealVariant, FrameStatus, SetCategories, SetFrame
from grantportal.domain.youth_homes import YouthHomeStatus
from grantportal.imports import forms as form_outlines
from grantportal.imports import frameworks as framework_outlines
from grantportal.models.calls import Call
from grantportal.models.grants import FormVersion, YearFrame
from grantportal.models.organisations import YouthHome
from grantportal.queries import applications as application_queries
from grantportal.queries import calls as queries
from grantportal.queries import frameworks as framework_queries
from grantportal.queries import grants as grant_queries
from grantportal.services import calls, forms, frameworks, grants
from tests.support.calls import (
    ANNOUNCED,
    CATEGORIES,
    WRITTEN,
    actor_with,
    form_of,
    make_call,
    make_grant,
    officer,
    outline,
    played_at,
    published_call,
)
from tests.support.factories import OrganisationFactory
from tests.support.rows import committed, events_of, saved

pytestmark = pytest.mark.usefixtures("database")


def test_a_published_call_has_its_history():
    call = published_call()

    assert call.status is CallStatus.PUBLISHED
    assert call.published_at == ANNOUNCED
    assert events_of(call) == ["call.created", "call.published"]


def test_what_is_missing_is_told_all_at_once():
    with played_at(ANNOUNCED):
        who = officer()
        bare = replace(WRITTEN, legal_basis="", appeal_variant=None, appeal_provision="")
        call_id = make_call(who, make_grant(who, written=bare), publish=False)
        with pytest.raises(RuleViolations) as refusal:
            calls.publish(who, call_id)

    said = [each.message for each in refusal.value.violations]
    assert said == [
        "Skriv statsbidragets rättsliga grund.",
        "Välj vad som gäller för överklagande och skriv bestämmelsen.",
    ]
    assert committed().get_one(Call, call_id).status is CallStatus.DRAFT


def test_a_form_that_nobody_can_complete_is_not_published_until_there_is_a_home_to_choose():
    form = form_of("application-form")
    sections = [
        replace(
            section,
            questions=tuple(
                replace(each, required=True) if each.type is QuestionType.YOUTH_HOMES else each
                for each in section.questions
                # What is asked where no home is chosen would never be asked.
                if each.shown_if is None
            ),
        )
        for section in form.sections
    ]
    form = replace(form, sections=tuple(sections))
    assert form.must_choose_home
    with played_at(ANNOUNCED):
        who = officer()
        call_id = make_call(who, make_grant(who), form=form, publish=False)
        with pytest.raises(RuleViolations) as refusal:
            calls.publish(who, call_id)
        db.close_read_session()
        # One that is closed cannot be chosen.
        saved(YouthHome(name="Stängt", status=YouthHomeStatus.CLOSED))
        with pytest.raises(RuleViolations):
            calls.publish(who, call_id)
        db.close_read_session()
        saved(YouthHome(name="Ekbacken"))
        calls.publish(who, call_id)
    (wrong,) = refusal.value.violations
    assert "kräver att ett ungdomshem väljs, men inget är registrerat" in wrong.message

    assert committed().get_one(Call, call_id).status is CallStatus.PUBLISHED


def test_a_call_is_published_once_and_not_changed_after_that():
    call = published_call()
    who = officer()

    with played_at(ANNOUNCED):
        written = queries.written(committed().get_one(Call, call.id))
        with pytest.raises(RuleViolation, match="redan publicerad"):
            calls.publish(who, call.id)
        with pytest.raises(RuleViolation, match="redan publicerad"):
            calls.change(who, call.id, replace(written, title="En annan rubrik"))

    assert events_of(call) == ["call.created", "call.published"]


def test_only_an_officer_publishes():
    with played_at(ANNOUNCED):
        who = officer()
        call_id = make_call(who, make_grant(who), publish=False)
        with pytest.raises(NoRight):
            calls.publish(actor_with(Role.FINANCE), call_id)
        with pytest.raises(NotVisible):
            calls.publish(actor_with(Role.OMBUD, OrganisationFactory()), call_id)


def test_a_year_can_be_taken_out_of_a_draft_and_put_back():
    with played_at(ANNOUNCED):
        who = officer()
        call_id = make_call(who, make_grant(who), publish=False)
        whole = queries.written(committed().get_one(Call, call_id))
        calls.change(who, call_id, replace(whole, years=whole.years[:1]))
        assert [year.grant_year for year in queries.written(committed().get_one(Call, call_id)).years] == [2021]
        calls.change(who, call_id, whole)
        assert queries.written(committed().get_one(Call, call_id)) == whole


def test_a_form_of_another_grant_cannot_be_chosen():
    with played_at(ANNOUNCED):
        who = officer()
        first = published_call(who)
        other = make_grant(who, written=replace(WRITTEN, title="Ett annat statsbidrag"))
        call_id = make_call(who, other, publish=False)
        written = queries.written(committed().get_one(Call, call_id))
        with pytest.raises(RuleViolation) as refusal:
            calls.change(who, call_id, replace(written, application_form_id=first.application_form_id))

    assert refusal.value.field == "application_form_id"


def test_a_year_without_a_frame_cannot_be_called():
    with played_at(ANNOUNCED):
        who = officer()
        grant_id = make_grant(who, years=(2021,))
        with pytest.raises(RuleViolation, match="Ange först ram för 2022"):
            make_call(who, grant_id)


def test_an_extra_call_covers_one_year_of_a_published_call():
    call = published_call()
    who = officer()
    extra = {
        "title": "Omfördelning",
        "opens_on": date(2021, 12, 14),
        "last_day": date(2022, 1, 31),
        "form": "extra-application-form",
        "extends_id": call.id,
    }
    with played_at(ANNOUNCED):
        with pytest.raises(RuleViolation, match="Välj ett av de bidragsår"):
            make_call(who, call.grant_id, years=(2021, 2022), **{**extra, "last_day": date(2021, 12, 20)})
        extra_id = make_call(who, call.grant_id, years=(2022,), **extra)
        with pytest.raises(RuleViolation, match="vanlig utlysning som är publicerad"):
            make_call(who, call.grant_id, years=(2022,), **{**extra, "title": "En till", "extends_id": extra_id})

    assert committed().get_one(Call, extra_id).extends_id == call.id


def test_an_extra_call_of_a_withdrawn_one_is_not_published():
    call = published_call()
    who = officer()
    extra = {"title": "Omfördelning", "opens_on": date(2021, 12, 14), "last_day": date(2022, 1, 31)}
    with played_at(ANNOUNCED):
        extra_id = make_call(
            who, call.grant_id, years=(2022,), form="extra-application-form", extends_id=call.id, publish=False, **extra
        )
        calls.withdraw(who, call.id, WithdrawCall("Uppdraget är ändrat.", 0))
        with pytest.raises(RuleViolations) as refusal:
            calls.publish(who, extra_id)
    assert "Den är återtagen, så ingen har fått bidrag i den." in refusal.value.message
    assert committed().get_one(Call, extra_id).status is CallStatus.DRAFT


def test_two_calls_of_a_grant_have_different_titles():
    call = published_call()
    with played_at(ANNOUNCED), pytest.raises(RuleViolation, match="redan en utlysning med den rubriken"):
        make_call(officer(), call.grant_id)


def test_frames_stay_above_what_is_decided_and_are_tilldelade_once():

    with played_at(ANNOUNCED):
        who, finance = officer(), actor_with(Role.FINANCE)
        grant_id = make_grant(who)
        with pytest.raises(NoRight):
            grants.allot(who, grant_id, 2021, AllotFrame(15_000_000))
        with pytest.raises(RuleViolation, match="Ramen har ändrats"):
            grants.allot(finance, grant_id, 2021, AllotFrame(14_000_000))
        grants.allot(finance, grant_id, 2021, AllotFrame(15_000_000))
        with pytest.raises(RuleViolation, match="redan tilldelade"):
            grants.allot(finance, grant_id, 2021, AllotFrame(15_000_000))
        with pytest.raises(NotVisible):
            grants.allot(finance, grant_id, 2031, AllotFrame(1))
        _decide(grant_id, 2021, 11_089_785, 3)
        with pytest.raises(RuleViolation, match="som redan har beviljats") as refusal:
            grants.set_frame(who, grant_id, SetFrame(2021, 11_089_784, 4))
        assert refusal.value.field == "frame"
        with pytest.raises(RuleViolation, match="så många har redan") as refusal:
            grants.set_frame(who, grant_id, SetFrame(2021, 15_000_000, 2))
        assert refusal.value.field == "max_grantees"
        grants.set_frame(who, grant_id, SetFrame(2021, 11_089_785, 3))

    frame = committed().query(YearFrame).filter_by(grant_id=grant_id, grant_year=2021).one()
    assert (frame.frame, frame.max_grantees) == (11_089_785, 3)
    # Another sum than the one that the ekonom saw is not tilldelad.
    assert (frame.status, frame.allotted_at) == (FrameStatus.ESTIMATED, None)
    assert events_of(frame) == ["grant.changed", "frame.allotted", "grant.changed"]


def _decide(grant_id: int, year: int, kronor: int, grantees: int) -> None:
    with db.writing_session() as session, session.begin():
        session.execute(
            text("UPDATE year_frames SET decided = :k, grantees = :n WHERE grant_id = :g AND grant_year = :y"),
            {"k": kronor, "n": grantees, "g": grant_id, "y": year},
        )


def test_appeal_needs_its_provision():
    with played_at(ANNOUNCED):
        who = officer()
        for variant in AppealVariant:
            with pytest.raises(RuleViolation) as refusal:
                grants.set_up(who, replace(WRITTEN, appeal_variant=variant, appeal_provision=""))
            assert refusal.value.field == "appeal_provision"


OTHER_LAW = {
    "purpose": "Något helt annat.",
    "legal_basis": "Förordning (2030:1)",
    "recovery_basis": "9 § förordningen (2030:1)",
    "appeal_variant": AppealVariant.NONE,
    "appeal_provision": "20 § förordningen (2030:1)",
    "appeal_is_example": False,
}


def test_what_a_published_call_promises_is_not_the_grants_to_change():
    call = published_call()
    who = officer()
    with played_at(ANNOUNCED):
        draft_id = make_call(who, call.grant_id, title="En till", publish=False)
        promised = queries.page(who, call.id)
        db.close_read_session()
        grants.change(who, call.grant_id, replace(WRITTEN, title="Ett helt annat namn", **OTHER_LAW))
        grants.set_categories(who, call.grant_id, SetCategories((*CATEGORIES, "Lokaler"), "Personal"))
        db.close_read_session()
        assert queries.page(who, call.id) == promised
        draft = queries.page(who, draft_id)
        asked = [category.name for category in application_queries.surroundings(call).categories]
        calls.publish(who, draft_id)

    assert asked == list(CATEGORIES)
    assert (draft.purpose, draft.legal_basis, draft.appeal_provision) == tuple(
        OTHER_LAW[name] for name in ("purpose", "legal_basis", "appeal_provision")
    )
    later = committed().get_one(Call, draft_id)
    assert {name: getattr(later, name) for name in PROMISED} == OTHER_LAW
    assert (promised.grant_title, later.grant_title) == (WRITTEN.title, "Ett helt annat namn")
    assert [category.name for category in application_queries.surroundings(later).categories] == [
        *CATEGORIES,
        "Lokaler",
    ]


def test_cost_categories_in_use_stay_and_new_ones_go_last():

    call = published_call()
    who = officer()
    with played_at(ANNOUNCED):
        before = [category.id for category in grant_queries.cost_categories(call.grant_id)]
        db.close_read_session()
        with pytest.raises(RuleViolation, match="skriv nya sist"):
            grants.set_categories(who, call.grant_id, SetCategories(CATEGORIES[1:], ""))
        grants.set_categories(who, call.grant_id, SetCategories((*CATEGORIES, "Lokaler"), "Personal"))

    after = grant_queries.cost_categories(call.grant_id)
    assert [category.id for category in after][:6] == before
    assert after[-1].name == "Lokaler"


def test_the_matrix_keeps_its_rows_while_its_words_change():
    with played_at(ANNOUNCED):
        who = officer()
        grant_id = make_grant(who)
        content = framework_outlines.read(outline("expected-results"))
        first = framework_queries.matrix(frameworks.publish(who, grant_id, content))
        db.close_read_session()
        second = framework_queries.matrix(frameworks.publish(who, grant_id, content))

    assert first is not None
    assert second is not None
    assert [result.id for result in first.results] == [result.id for result in second.results]
    assert (first.number, second.number) == (1, 2)


def test_the_matrix_says_provisos_and_what_changed():
    with played_at(ANNOUNCED):
        who = officer()
        version_id = frameworks.publish(who, make_grant(who), framework_outlines.read(outline("expected-results")))

    matrix = framework_queries.matrix(version_id)
    assert matrix is not None
    assert [area.code for area in matrix.areas] == ["A", "B", "C"]
    assert [result.code for result in matrix.results] == ["A1", "A2", "A3", "B1", "B2", "B3", "B4", "C1"]
    rows = {result.code: result for result in matrix.results}
    a3, b1, b2 = (rows[code].wordings[0] for code in ("A3", "B1", "B2"))
    assert [proviso.code for proviso in a3.provisos] == ["P1"]
    assert not a3.is_starred
    assert b1.is_starred
    assert b1.provisos == b2.provisos
    assert (b2.title, b2.is_starred) == ("", False)
    later = rows["A1"].wording(2022)
    assert later is not None
    assert later.link is not None
    assert later.link.change_text == "Ordalydelsen ändrad"
    assert later.is_example
    assert len(later.bullets) == 2
    only = framework_queries.matrix(version_id, [2022])
    assert only is not None
    assert only.years == (2022,)


KEPT = {
    **dict.fromkeys(("grant_id", "last_category", "comment_percent", "comment_kronor"), "99"),
    **dict.fromkeys(("application_form_id", "report_form_id", "framework_version_id", "condition_set_id"), "NULL"),
    **dict.fromkeys(("purpose", "legal_basis", "recovery_basis", "appeal_provision"), "'x'"),
    **dict.fromkeys(("opens_at", "published_at"), "'2019-01-01 00:00:00'"),
    **dict.fromkeys(("is_example", "appeal_is_example"), "NOT {0}"),
    "appeal_variant": "'none'",
    "kind": "'extra', extends_id = id",
}
"""What nobody changes of a published call, whatever the act."""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE form_versions SET title = 'x' WHERE id = {application_form_id}",
        "DELETE FROM form_versions WHERE id = {application_form_id}",
        "UPDATE condition_sets SET number = 99 WHERE id = {condition_set_id}",
        "UPDATE conditions SET text = 'x' WHERE condition_set_id = {condition_set_id}",
        "INSERT INTO conditions (condition_set_id, position, text) VALUES ({condition_set_id}, 99, 'x')",
        "UPDATE framework_versions SET preamble = 'x' WHERE id = {framework_version_id}",
        "UPDATE wordings SET title = 'x' WHERE framework_version_id = {framework_version_id}",
        "DELETE FROM provisos WHERE framework_version_id = {framework_version_id}",
        "DELETE FROM proviso_wordings",
        "UPDATE wording_links SET comparability = 'full'",
        "DELETE FROM wording_links",
        *(f"UPDATE calls SET {name} = {value.format(name)} WHERE id = {{id}}" for name, value in KEPT.items()),
        "UPDATE calls SET status = 'draft' WHERE id = {id}",
        "DELETE FROM calls WHERE id = {id}",
        "UPDATE call_years SET pay_on = '2029-01-01' WHERE call_id = {id}",
        "DELETE FROM call_years WHERE call_id = {id}",
        "INSERT INTO call_years (call_id, grant_year, pay_on, report_opens_on, report_due_on)"
        " VALUES ({id}, 2030, '2030-01-01', '2030-12-01', '2031-03-01')",
    ],
)
def test_the_database_refuses_to_change_what_is_published(statement):
    call = published_call()

    with pytest.raises(DBAPIError, match="written once"), db.writing_session() as session, session.begin():
        session.execute(
            text(
                statement.format(
                    id=call.id,
                    application_form_id=call.application_form_id,
                    condition_set_id=call.condition_set_id,
                    framework_version_id=call.framework_version_id,
                )
            )
        )


def test_versions_are_numbered_by_grant_and_kind():

    with played_at(ANNOUNCED):
        who = officer()
        grant_id = make_grant(who)
        made = [
            forms.publish(who, grant_id, form_outlines.read(outline(name)))
            for name in ("application-form", "extra-application-form", "report-form")
        ]

    assert [committed().get_one(FormVersion, each).number for each in made] == [1, 2, 1]
