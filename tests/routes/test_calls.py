"""Utlysningar and statsbidrag through their pages."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor, Role
from grantportal.domain.calls import CallStatus
from grantportal.domain.events import EventKind
from grantportal.domain.grants import PublishConditions
from grantportal.models.calls import Call
from grantportal.models.grants import ConditionSet, Grant, YearFrame
from grantportal.models.portal import Event
from grantportal.queries import calls as queries
from grantportal.services import calls, grants
from tests.support.calls import (
    ANNOUNCED,
    WRITTEN,
    authority,
    make_call,
    make_grant,
    officer,
    outline,
    played_at,
    published_call,
    read_and_shown,
)
from tests.support.decidable import extra_call, programme
from tests.support.factories import OrganisationFactory, person
from tests.support.pages import words
from tests.support.rows import committed, events_of
from tests.support.statements import statements

OPEN_DAY = datetime(2020, 4, 8, 10, tzinfo=UTC)
NB = "\u00a0"


@pytest.fixture
def at_the_authority(signed_in):
    """A handläggare's browser."""
    return signed_in(person(Role.HANDLAGGARE, authority(), valid_from=date(2019, 1, 1)))


def draft() -> int:
    with played_at(ANNOUNCED):
        who = officer()
        return make_call(who, make_grant(who), publish=False)


def test_anybody_reads_an_open_call(client):
    call = published_call()

    with clock.at(OPEN_DAY):
        page = client.get(f"/utlysningar/{call.id}")

    assert page.status_code == 200
    assert "12 dagar" in page.text
    assert f"20{NB}april{NB}2020 kl. 23.59" in page.text
    assert f"15{NB}000{NB}000{NB}kr" in page.text
    assert "högst 4 får bidrag" in page.text
    assert "Hur är arbetet förberett med ungdomshemmen och med SiS centralt?" in page.text
    assert "Hur väl har ni nått resultatet?" in page.text
    assert "8 förväntade resultat i 3 områden" in page.text
    assert "40–44 §§ förvaltningslagen" in page.text
    assert f'href="/forvantade-resultat/{call.framework_version_id}"' in page.text


def test_the_start_page_leads_to_a_call_that_can_be_applied_to(signed_in):
    call = published_call()
    ombud = person(Role.OMBUD, OrganisationFactory(), valid_from=date(2019, 1, 1))
    link = f'<a class="govuk-link" href="/utlysningar/{call.id}">Sista dag att söka: '

    with clock.at(OPEN_DAY):
        assert link in signed_in(ombud).get("/").text


def test_one_expected_result_is_one(client):
    of = programme(years=(2021,))
    extra = extra_call(of, 2021)
    page = words(client.get(f"/utlysningar/{of.call.id}").document)
    assert "1 förväntat resultat i 1 område" in page

    page = words(client.get(f"/utlysningar/{extra.call.id}").document)
    assert (
        f"Utlysningen fördelar det som är kvar av årets ram efter {of.call.title}, till dem som redan har fått bidrag "
        "för 2021." in page
    )


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2020, 1, 30, 22, 59, tzinfo=UTC), "Öppnar 31\u00a0januari\u00a02020"),
        (datetime(2020, 1, 30, 23, 0, tzinfo=UTC), "Öppen"),
        (datetime(2020, 4, 20, 21, 59, tzinfo=UTC), "sista dagen i dag"),
        (datetime(2020, 4, 20, 22, 0, tzinfo=UTC), "Stängd"),
    ],
)
def test_it_opens_and_closes_by_the_swedish_clock(client, moment, words):
    call = published_call()

    with clock.at(moment):
        assert words in client.get(f"/utlysningar/{call.id}").text
        assert call.title in client.get("/utlysningar/").text


def test_a_draft_is_not_there_for_others(client, signed_in, at_the_authority):
    number = draft()
    region = signed_in(person(Role.OMBUD, OrganisationFactory(), valid_from=date(2019, 1, 1)))
    framework = committed().get_one(Call, number).framework_version_id

    for browser in (client, region):
        assert browser.get(f"/utlysningar/{number}").status_code == 404
        assert browser.get(f"/fordelade-bidrag/{number}").status_code == 404
        assert browser.get(f"/forvantade-resultat/{framework}").status_code == 404
        assert "Utkast" not in browser.get("/utlysningar/").text
    assert at_the_authority.get(f"/utlysningar/{number}").status_code == 200
    assert at_the_authority.get(f"/fordelade-bidrag/{number}").status_code == 404
    assert "Utkast" in at_the_authority.get("/utlysningar/").text


def test_the_matrix_shows_years_provisos_and_marks(client):
    call = published_call()

    page = client.get(f"/forvantade-resultat/{call.framework_version_id}")

    assert page.status_code == 200
    assert "Ordalydelsen ändrad" in page.text
    assert "Förbehåll P2:" in page.text
    assert "Förbehållet från 2021 gäller inte längre." in page.text
    assert ">exempel<" in page.text


def terms_read(page):
    """The fingerprint of the terms that the page of publishing shows."""
    return next(each.get("value") for each in page.document.iter("input") if each.get("name") == "seen")


def test_what_is_published_is_what_the_officer_has_read(at_the_authority):
    number = draft()
    url = f"/utlysningar/{number}/publicera"
    with clock.at(ANNOUNCED):
        page = at_the_authority.get(url)
        assert WRITTEN.appeal_provision in page.text
        grant_id = committed().get_one(Call, number).grant_id
        grants.change(officer(), grant_id, replace(WRITTEN, appeal_provision="En annan bestämmelse"))
        refused = at_the_authority.post_form(url, {"seen": terms_read(page)})
        without = at_the_authority.post_form(url)
        still = committed().get_one(Call, number).status
        sent = at_the_authority.post_form(url, {"seen": terms_read(refused)})
    assert refused.status_code == without.status_code == 422
    assert "har ändrats sedan du öppnade sidan" in refused.text
    assert "En annan bestämmelse" in refused.text
    assert still is CallStatus.DRAFT
    assert sent.status_code == 303
    assert committed().get_one(Call, number).appeal_provision == "En annan bestämmelse"


def test_an_officer_publishes_a_call_from_the_pages(at_the_authority):
    number = draft()
    with clock.at(ANNOUNCED):
        page = at_the_authority.get(f"/utlysningar/{number}/publicera")
        assert "Allt är på plats" in page.text
        sent = at_the_authority.post_form(f"/utlysningar/{number}/publicera", {"seen": terms_read(page)})
        again = at_the_authority.post_form(f"/utlysningar/{number}/publicera", at=f"/utlysningar/{number}/ratta")

    assert sent.status_code == 303
    assert again.status_code == 422
    assert "redan publicerad" in again.text
    call = committed().get_one(Call, number)
    assert call.status is CallStatus.PUBLISHED
    assert events_of(call) == ["call.created", "call.published"]


def test_what_is_missing_stands_in_the_list(at_the_authority):
    with played_at(ANNOUNCED):
        who = officer()
        grant_id = make_grant(who)
    with clock.at(ANNOUNCED):
        made = at_the_authority.post_form(f"/utlysningar/ny/{grant_id}", lawful())
        number = int(made.location.rpartition("/")[2])
        page = at_the_authority.get(f"/utlysningar/{number}/publicera")
        refused = at_the_authority.post_form(f"/utlysningar/{number}/publicera")

    assert "Välj ett publicerat ansökningsformulär." in page.text
    assert page.text.count("Saknas") == 6
    assert refused.status_code == 422
    assert committed().get_one(Call, number).status is CallStatus.DRAFT


def lawful(**changed: str) -> dict[str, str]:
    return {
        "title": "Statsbidrag för 2021",
        "opens_on": "2020-01-31",
        "last_day": "2020-04-20",
        "comment_percent": "10",
        "comment_kronor": "25\u00a0000",
        "included_2021": "y",
        "pay_on_2021": "2021-01-15",
        "report_opens_on_2021": "2021-12-01",
        "report_due_on_2021": "2025-03-03",
        **changed,
    }


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"last_day": "2021-02-30"}, "Det datumet finns inte."),
        ({"last_day": "1 mars"}, "till exempel 2020-04-20"),
        ({"opens_on": ""}, "Skriv första dagen att ansöka"),
        ({"last_day": "2020-01-31"}, "Sista dagen ska komma efter"),
        ({"last_day": "2020-04-19"}, f"Välj en arbetsdag. 19{NB}april{NB}2020 är en söndag."),
        ({"report_due_on_2021": "2025-03-01"}, f"Välj en arbetsdag. 1{NB}mars{NB}2025 är en lördag."),
        ({"pay_on_2021": "2020-04-20"}, "Utbetalningen ska komma efter"),
        ({"pay_on_2021": ""}, "Skriv när bidraget för 2021 ska betalas ut."),
        ({"report_opens_on_2021": "2020-12-31"}, "kan inte öppna innan bidragsåret har börjat"),
        ({"report_due_on_2021": "2021-12-31"}, "ska lämnas efter årets slut"),
        ({"report_due_on_2021": "2021-11-30"}, "ska komma efter dagen då återrapporteringen öppnar"),
        ({"included_2021": ""}, "Välj minst ett bidragsår."),
        ({"comment_kronor": "1e9"}, "Skriv beloppet med siffror"),
        ({"comment_kronor": "1" + "0" * 30}, "Beloppet är för stort"),
        ({"comment_kronor": "-1"}, "utan plus- eller minustecken"),
        ({"comment_percent": "101"}, "Skriv ett heltal mellan 0 och 100."),
        ({"title": "\x00\u202e"}, "Skriv utlysningens rubrik."),
        ({"about": "å" * 100_000}, "Skriv högst 4\u00a0000 tecken."),
        ({"application_form_id": "999999"}, "giltigt val"),
        ({"extends_id": "hej"}, "giltigt val"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_nothing_is_lost(at_the_authority, changed, said):
    with played_at(ANNOUNCED):
        grant_id = make_grant(officer())
    with clock.at(ANNOUNCED):
        typed = lawful(**{"about": "Det här har jag skrivit", **changed})
        page = at_the_authority.post_form(f"/utlysningar/ny/{grant_id}", typed)

    assert page.status_code == 422
    assert said in page.text
    for value in typed.values():
        # Options are chosen, not typed; what nobody can see is not kept.
        if value.isprintable() and value not in {"999999", "hej"}:
            assert value in page.text
    assert not committed().query(Call).all()


def test_a_call_is_changed_and_keeps_what_was_typed(at_the_authority):
    number = draft()
    with clock.at(ANNOUNCED):
        page = at_the_authority.get(f"/utlysningar/{number}/andra")
        assert 'value="2020-04-20"' in page.text
        sent = at_the_authority.post_form(
            f"/utlysningar/{number}/andra", lawful(title="En\u202e ny\x00 rubrik", comment_kronor="30\u202f000,00 kr")
        )

    assert sent.status_code == 303
    call = committed().get_one(Call, number)
    assert (call.title, call.comment_kronor) == ("En ny rubrik", 30_000)


def test_the_same_call_posted_twice_is_one(at_the_authority):
    with played_at(ANNOUNCED):
        grant_id = make_grant(officer())
    with clock.at(ANNOUNCED):
        first = at_the_authority.post_form(f"/utlysningar/ny/{grant_id}", lawful())
        second = at_the_authority.post_form(f"/utlysningar/ny/{grant_id}", lawful())

    assert (first.status_code, second.status_code) == (303, 422)
    assert "redan en utlysning med den rubriken" in second.text


# --- Statsbidrag ---------------------------------------------------------------------------------------------------

GRANT = {
    "title": "Ett statsbidrag",
    "purpose": "Pröva en vårdform.",
    "access": "application",
    "appeal_variant": "none",
    "appeal_provision": "20 § förordningen (2020:1)",
}


def test_a_grant_is_set_up_with_its_frame(at_the_authority):
    made = at_the_authority.post_form("/statsbidrag/nytt", GRANT)
    assert made.status_code == 303
    here = made.location
    frame = at_the_authority.post_form(
        f"{here}/ramar/ny", {"grant_year": "2021", "frame": "15\u2009000\u00a0000 kr", "max_grantees": "4"}
    )
    again = at_the_authority.post_form(f"{here}/ramar/ny", {"grant_year": "2021", "frame": "1"})

    assert frame.status_code == 303
    assert again.status_code == 422
    assert "Året har redan en ram" in again.text
    row = committed().query(YearFrame).one()
    assert (row.frame, row.max_grantees) == (15_000_000, 4)
    page = at_the_authority.get(here)
    assert f"15{NB}000{NB}000" in page.text
    assert "Beslutet får inte överklagas" in page.text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"appeal_provision": ""}, "Skriv den bestämmelse som det följer av"),
        ({"title": ""}, "Skriv vad statsbidraget heter."),
        ({"title": "x" * 100_000}, "Skriv högst 200 tecken."),
        ({"appeal_variant": "alltid"}, "giltig"),
    ],
)
def test_a_grant_is_asked_for_what_is_missing(at_the_authority, changed, said):
    page = at_the_authority.post_form("/statsbidrag/nytt", {**GRANT, **changed})

    assert page.status_code == 422
    assert said in page.text
    assert "Pröva en vårdform." in page.text
    assert not committed().query(Grant).all()


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        ("1.000", "utan punkt"),
        ("1,5", "utan ören"),
        ("-1", "utan plus- eller minustecken"),
        ("1e9", "med siffror"),
        ("1" + "0" * 30, "för stort"),
        ("", "Skriv årets ram i hela kronor."),
        ("9" * 100_000, "Skriv högst 200 tecken."),
    ],
)
def test_a_frame_is_whole_kronor(at_the_authority, frame, said):
    grant_id = make_grant(officer(), years=())

    page = at_the_authority.post_form(f"/statsbidrag/{grant_id}/ramar/ny", {"grant_year": "2021", "frame": frame})

    assert page.status_code == 422
    assert said in page.text
    assert frame[:50] in page.text
    assert not committed().query(YearFrame).all()


def test_the_ekonom_allots_the_sum_on_the_page(signed_in):
    grant_id = make_grant(officer())
    finance = signed_in(person(Role.FINANCE, authority(), valid_from=date(2019, 1, 1)))
    here = f"/statsbidrag/{grant_id}/ramar/2021/tilldela"

    stale = finance.post_form(here, {"seen": "14 000 000"})
    forged = finance.post_form(here, {"seen": "hej"})
    sent = finance.post_form(here, {"seen": "15 000 000"})
    again = finance.post_form(here, {"seen": "15 000 000"})

    assert stale.status_code == forged.status_code == again.status_code == 422
    assert "Ramen har ändrats" in stale.text
    assert "redan tilldelade" in again.text
    assert sent.status_code == 303
    assert committed().query(YearFrame).filter_by(grant_year=2021).one().allotted_at is not None


def test_villkor_become_a_new_version(at_the_authority):
    grant_id = make_grant(officer())

    for texts in ("Ett villkor.\n\n  Ett   till.\r\n", "Ett villkor."):
        assert at_the_authority.post_form(f"/statsbidrag/{grant_id}/villkor", {"texts": texts}).status_code == 303

    first, second = committed().query(ConditionSet).order_by(ConditionSet.number)
    assert [each.text for each in first.conditions] == ["Ett villkor.", "Ett till."]
    assert [each.text for each in second.conditions] == ["Ett villkor."]


def test_a_form_and_a_matrix_are_read_in(at_the_authority):
    grant_id = make_grant(officer())

    url = f"/statsbidrag/{grant_id}"
    # The outline's own comments are in English, and a page with them would be.
    swedish = "\n".join(line for line in outline("application-form").split("\n") if not line.startswith("#"))
    shown = at_the_authority.post_form(f"{url}/formular", {"text": swedish})
    form = at_the_authority.post_form(f"{url}/formular", read_and_shown("application-form"))
    matrix = at_the_authority.post_form(f"{url}/forvantade-resultat", read_and_shown("expected-results"))

    assert shown.status_code == 200
    assert "Vem är kontaktperson?" in shown.text
    assert "Publicera formuläret" in shown.text
    assert form.status_code == matrix.status_code == 303
    assert "Vem är kontaktperson?" in at_the_authority.get(form.location).text
    assert at_the_authority.get(matrix.location).status_code == 200


@pytest.mark.parametrize("where", ["formular", "forvantade-resultat"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hej", "Texten ska börja med rubriker och kolon"),
        ("[" * 5_000, "Rad 1: Texten har mer än 20 nivåer."),
        ("a: &x [1, 2]\nb: [*x, *x]", "Rad 1: &amp; först i en text"),
        ("!!python/object/apply:os.system ['ls']", "Rad 1: ! först i en text"),
        ("title: [", "Rad 1: Texten går inte att läsa."),
        ("rubrik: Mål #2", "Rad 1: Det som står efter # skulle inte läsas."),
        ("å" * 100_001, "Skriv högst"),
    ],
)
def test_what_cannot_be_read_is_refused_and_kept(at_the_authority, where, text, said):
    grant_id = make_grant(officer())

    page = at_the_authority.post_form(f"/statsbidrag/{grant_id}/{where}", {"text": text})

    assert page.status_code == 422
    assert said in page.text


def test_as_many_queries_for_one_call_as_for_many(client):
    published_call()
    client.get("/utlysningar/")
    with statements() as few:
        client.get("/utlysningar/")
    with played_at(ANNOUNCED):
        who = officer()
        grant_id = committed().query(Grant.id).scalar()
        for number in range(4):
            make_call(who, grant_id, title=f"Utlysning {number}")
    with statements() as many:
        client.get("/utlysningar/")
        after = len(many)
        client.get(f"/utlysningar/{committed().query(Call.id).first()[0]}")

    assert len(few) == after
    assert len([each for each in many[after:] if each.startswith("SELECT")]) <= 12


def call_with(who: Actor, grant_id: int, texts: tuple[str, ...], *, publish: bool = True) -> Call:
    """A call of the statsbidrag with villkor of its own."""
    call_id = make_call(who, grant_id, title=f"Utlysning: {texts[-1]}", publish=False)
    villkor = grants.publish_conditions(who, grant_id, PublishConditions(texts))
    db.close_read_session()
    found = queries.get(who, call_id)
    calls.change(who, call_id, replace(queries.written(found), condition_set_id=villkor))
    if publish:
        calls.publish(who, call_id)
    db.close_read_session()
    return committed().get_one(Call, call_id)


def test_what_has_changed_in_the_villkor_is_read_by_everybody_word_by_word(client):
    with played_at(ANNOUNCED):
        who = officer()
        grant_id = make_grant(who)
        first = call_with(who, grant_id, ("Bidraget går till ändamålet.", "Ni ska berätta om något ändras.", "Borta."))
        second = call_with(
            who,
            grant_id,
            ("Bidraget går till ändamålet.", "Ni ska genast berätta om något ändras.", "Helt nytt villkor."),
        )
    with clock.at(OPEN_DAY):
        assert "ändrat i villkoren" not in client.get(f"/utlysningar/{first.id}").text
        assert f'href="/statsbidrag/villkor/{second.condition_set_id}"' in client.get(f"/utlysningar/{second.id}").text

        page = client.get(f"/statsbidrag/villkor/{second.condition_set_id}")

    said = words(page.document)
    assert "3 villkor skiljer sig från version 2 (2021–2022)." in said
    assert ["".join(each.itertext()).strip() for each in page.document.iter("ins")] == [
        "tillagt: genast  (slut på tillagt)"
    ]
    assert "Nytt Helt nytt villkor." in said
    assert "Gäller inte längre Borta." in said
    assert said.count("Bidraget går till ändamålet.") == 1


def test_villkor_that_no_published_call_uses_are_the_authoritys_own(client, at_the_authority):
    with played_at(ANNOUNCED):
        who = officer()
        grant_id = make_grant(who)
        hidden = call_with(who, grant_id, ("Hemligt ännu.",), publish=False)
        public = call_with(who, grant_id, ("Öppet för alla.",))

    assert client.get(f"/statsbidrag/villkor/{hidden.condition_set_id}").status_code == 404
    page = client.get(f"/statsbidrag/villkor/{public.condition_set_id}")
    assert page.status_code == 200
    assert "Hemligt" not in page.text
    assert "ändrat i villkoren" not in client.get(f"/utlysningar/{public.id}").text
    page = at_the_authority.get(f"/statsbidrag/villkor/{public.condition_set_id}", query_string={"mot": 2})
    assert "Hemligt ännu." in words(page.document)
    assert at_the_authority.get(f"/statsbidrag/villkor/{hidden.condition_set_id}").status_code == 200


@pytest.mark.parametrize("chosen", ["1", "99", "x", "9" * 30, "\u0661", ""])
def test_the_version_to_compare_with_is_chosen_and_a_strange_one_is_the_one_before(at_the_authority, chosen):
    with played_at(ANNOUNCED):
        who = officer()
        grant_id = make_grant(who)
        ids = [
            grants.publish_conditions(who, grant_id, PublishConditions((text,))) for text in ("Ett.", "Två.", "Tre.")
        ]

    page = at_the_authority.get(f"/statsbidrag/villkor/{ids[2]}", query_string={"mot": chosen})

    assert f"skiljer sig från version {1 if chosen == '1' else 2}." in words(page.document)
    assert f'href="/statsbidrag/villkor/{ids[2]}"' in at_the_authority.get(f"/statsbidrag/{grant_id}").text


def test_a_published_call_has_no_edit_page(at_the_authority):
    call = published_call()
    with clock.at(OPEN_DAY):
        for page in ("andra", "publicera"):
            assert at_the_authority.get(f"/utlysningar/{call.id}/{page}").status_code == 303
        address = f"/utlysningar/{call.id}"
        refused = at_the_authority.post_form(f"{address}/andra", lawful(title="En annan"), at=f"{address}/ratta")
        shown = at_the_authority.get(f"/utlysningar/{call.id}")

    assert refused.status_code == 422
    assert "redan publicerad" in refused.text
    assert f'href="/utlysningar/{call.id}/andra"' not in shown.text
    assert all(f'href="/utlysningar/{call.id}/{act}"' in shown.text for act in ACTS)
    assert committed().get_one(Call, call.id).title == call.title


ACTS = ("forlang", "stang", "ratta", "aterta")


def test_every_change_stands_on_the_public_page_with_its_day_and_reason(at_the_authority, client):
    call = published_call()
    with clock.at(OPEN_DAY):
        for act in ACTS:
            assert at_the_authority.get(f"/utlysningar/{call.id}/{act}").status_code == 200
            assert at_the_authority.post_form(f"/utlysningar/{call.id}/{act}", {"seen": "0"}).status_code == 422
        wrong = at_the_authority.post_form(
            f"/utlysningar/{call.id}/forlang", {"seen": "0", "last_day": "2020-05-02", "reason": "Helgen räcker."}
        )
        done = at_the_authority.post_form(
            f"/utlysningar/{call.id}/forlang", {"seen": "0", "last_day": "2020-05-04", "reason": "Formuläret låg nere."}
        )
        page = client.get(f"/utlysningar/{call.id}")

    assert wrong.status_code == 422
    assert f"Välj en arbetsdag. 2{NB}maj{NB}2020 är en lördag." in wrong.text
    assert "Helgen räcker." in wrong.text
    assert done.status_code == 303
    said = words(page.document)
    assert "Ändringar i utlysningen" in said
    assert "Längre tid att ansöka" in said
    assert "Skäl: Formuläret låg nere." in said
    assert f"till och med 4{NB}maj{NB}2020" in page.text


def test_the_second_of_two_who_correct_reads_what_the_first_did_and_undoes_nothing(at_the_authority):
    call = published_call()
    url = f"/utlysningar/{call.id}/ratta"
    shown = {"title": call.title, "about": call.about, "eligible": call.eligible, "seen": "0"}
    with clock.at(OPEN_DAY):
        first = at_the_authority.post_form(url, {**shown, "eligible": "Regioner i hela landet", "reason": "Otydligt."})
        second = at_the_authority.post_form(url, {**shown, "title": "En rättad rubrik", "reason": "Felskrivet."})
        assert second.status_code == 422
        for kept in ("Någon annan har ändrat utlysningen", 'value="Regioner i hela landet"', "En rättad rubrik"):
            assert kept in second.text
        assert 'name="seen" type="hidden" value="1"' in second.text
        again = {**shown, "eligible": "Regioner i hela landet", "seen": "1", "title": "En rättad rubrik"}
        third = at_the_authority.post_form(url, {**again, "reason": "Felskrivet."})

    assert (first.status_code, third.status_code) == (303, 303)
    found = committed().get_one(Call, call.id)
    assert (found.title, found.eligible, found.about) == ("En rättad rubrik", "Regioner i hela landet", call.about)


def test_a_withdrawn_call_says_why_and_offers_nothing(at_the_authority, client):
    call = published_call()
    with clock.at(OPEN_DAY):
        at_the_authority.post_form(f"/utlysningar/{call.id}/aterta", {"seen": "0", "reason": "Uppdraget är ändrat."})
        page, listed = client.get(f"/utlysningar/{call.id}"), client.get("/utlysningar/")
        mine = at_the_authority.get(f"/utlysningar/{call.id}")

    for said in (words(page.document), words(listed.document)):
        assert "Återtagen" in said
        assert "Uppdraget är ändrat." in said
    assert "Logga in och ansök" not in page.text
    assert not any(f'href="/utlysningar/{call.id}/{act}"' in mine.text for act in ACTS)


def test_an_extra_call_is_not_published_beside_its_open_main_call_without_a_word(at_the_authority):
    call = published_call()
    with played_at(ANNOUNCED):
        number = make_call(
            officer(),
            call.grant_id,
            years=(2022,),
            title="Omfördelning",
            extends_id=call.id,
            form="extra-application-form",
            publish=False,
        )
    url = f"/utlysningar/{number}/publicera"
    with clock.at(ANNOUNCED):
        page = at_the_authority.get(url)
        refused = at_the_authority.post_form(url, {"seen": terms_read(page)})
        still_draft = committed().get_one(Call, number).status
        seen = terms_read(page)
        shorter = at_the_authority.post_form(url, {"main_is_open": "2020-04-17", "seen": seen})
        done = at_the_authority.post_form(url, {"main_is_open": "2020-04-20", "seen": seen})

    assert f"medan «{call.title}» ännu kan sökas, till och med 20{NB}april{NB}2020" in page.text
    assert refused.status_code == shorter.status_code == 422
    assert "checked" not in shorter.text
    assert "Bekräfta att utlysningen ska publiceras" in refused.text
    assert still_draft is CallStatus.DRAFT
    assert done.status_code == 303
    assert committed().get_one(Call, number).status is CallStatus.PUBLISHED


def test_an_ordinary_call_has_nothing_to_confirm(at_the_authority):
    assert "main_is_open" not in at_the_authority.get(f"/utlysningar/{draft()}/publicera").text


def test_a_call_without_extra_calls_is_extended_with_nothing_to_confirm(at_the_authority):
    with clock.at(ANNOUNCED):
        assert "extra_is_published" not in at_the_authority.get(f"/utlysningar/{published_call().id}/forlang").text


def test_a_main_call_is_not_extended_beside_its_published_extra_call_without_a_word(at_the_authority):
    call = published_call()
    with played_at(ANNOUNCED):
        extra = make_call(
            officer(),
            call.grant_id,
            years=(2022,),
            title="Omfördelning",
            extends_id=call.id,
            form="extra-application-form",
        )
    url = f"/utlysningar/{call.id}/forlang"
    longer = {"seen": "0", "last_day": "2020-05-04", "reason": "Blanketten låg nere."}
    with clock.at(OPEN_DAY):
        page = at_the_authority.get(url)
        refused = at_the_authority.post_form(url, longer)
        before = committed().get_one(Call, call.id).last_day
        until = committed().get_one(Call, extra).last_day.isoformat()
        done = at_the_authority.post_form(url, {**longer, "extra_is_published": until})

    assert "redan delas ut i «Omfördelning»" in page.text
    assert refused.status_code == 422
    assert "Bekräfta att ansökningstiden ska förlängas" in refused.text
    assert "Blanketten låg nere." in refused.text
    assert before == date(2020, 4, 20)
    assert done.status_code == 303
    assert committed().get_one(Call, call.id).last_day == date(2020, 5, 4)
    [event] = committed().scalars(select(Event.data).where(Event.kind == EventKind.CALL_EXTENDED))
    assert "redan delas ut i «Omfördelning»" in event
