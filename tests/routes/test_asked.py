"""What a call says will be asked is what is asked: the report's questions on the call's page and on the report's own."""

import re
from dataclasses import replace

import pytest

from grantportal.domain import clock
from grantportal.domain.actors import Actor, Role
from grantportal.domain.errors import RuleViolations
from grantportal.domain.forms import FormDefinition, FormKind
from grantportal.domain.grants import ConditionStatus
from grantportal.imports import frameworks as framework_outlines
from grantportal.models.calls import Call
from grantportal.models.grants import FormVersion
from grantportal.queries import calls as queries
from grantportal.services import calls, forms
from tests.support.calls import ANNOUNCED, WRITTEN, form_of, make_call, make_grant, officer, outline, played_at
from tests.support.reporting import OPENED, grantee
from tests.support.rows import committed, saved


def test_the_report_asks_in_the_words_of_the_calls_page(client, signed_in):
    made = grantee(years=(2021,))
    asked = queries.page(made.actor(), made.call.id).report_form
    assert asked is not None
    with clock.at(OPENED):
        page = signed_in(made.users[Role.OMBUD]).get(f"/aterrapporteringar/{made.report.id}/resultat/A3").text
        economy = signed_in(made.users[Role.OMBUD]).get(f"/aterrapporteringar/{made.report.id}/ekonomi").text
        shown = client.get(f"/utlysningar/{made.call.id}").text

    work, money = asked.sections[0], asked.sections[1]
    assert [question.number for question in work.questions] == [1, 2, 3, 4, 5]
    for section, said in ((work, page), (money, economy)):
        for question in section.questions:
            assert question.label in shown
            assert question.label in said
            assert question.required
    assert all(question.help in page for question in work.questions)
    # Whatever is asked can be left out by nobody.
    assert "(frivillig)" not in re.split("id=.redovisa.", shown)[1]


def test_the_forbehall_is_shown_only_where_a_year_of_the_call_has_one(client):
    with played_at(ANNOUNCED):
        who = officer()
        grant_id = make_grant(who)
        text = re.sub(r", förbehåll: \[P[0-9]\]", "", outline("expected-results"))
        text = re.sub(r"\nförbehåll:\n(  P.*\n)+", "\n", text).replace(", förbehållet upphör: ja", "")
        without = make_call(who, grant_id, matrix=framework_outlines.read(text), title="Utan förbehåll")
        only_later = make_call(who, grant_id, years=(2022,), title="Bara 2022")
        both = make_call(who, grant_id, title="Båda åren")
    label = "Vilken betydelse har förbehållet haft?"

    assert [label in client.get(f"/utlysningar/{each}").text for each in (without, only_later, both)] == [
        False,
        False,
        True,
    ]


def test_a_form_that_nobody_can_complete_is_not_published(database):
    with played_at(ANNOUNCED):
        who = officer()
        grant_id = make_grant(who)
        with pytest.raises(RuleViolations, match="orsaker saknas"):
            forms.publish(who, grant_id, replace(form_of("report-form"), causes=()))
    assert not committed().query(FormVersion).count()


def earlier_form(grant_id: int, definition: FormDefinition) -> int:
    """A form that was published before there was such a rule."""
    return saved(
        FormVersion(
            grant_id=grant_id,
            kind=FormKind.REPORT,
            number=9,
            title="Tidigare",
            status=ConditionStatus.PUBLISHED,
            definition=definition.as_json(),
            sha256="",
            published_at=ANNOUNCED,
        )
    ).id


def drafted(who: Actor, definition: FormDefinition, title: str) -> int:
    """A call that is whole but for its form."""
    grant_id = make_grant(who, written=replace(WRITTEN, title=title))
    call_id = make_call(who, grant_id, publish=False)
    written = queries.written(committed().get_one(Call, call_id))
    calls.change(who, call_id, replace(written, report_form_id=earlier_form(grant_id, definition)))
    return call_id


def test_nor_is_a_call_with_one_from_before(database):
    with played_at(ANNOUNCED):
        who = officer()
        call_id = drafted(who, replace(form_of("report-form"), causes=()), "Det första")
        with pytest.raises(RuleViolations, match="Återrapportering av ett bidragsår: orsaker saknas"):
            calls.publish(who, call_id)
        fine = drafted(who, form_of("report-form"), "Det andra")
        calls.publish(who, fine)
