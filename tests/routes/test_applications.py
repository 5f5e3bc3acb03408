"""Ansökan through its pages: what is typed is never lost, and nobody sees another's."""

import json
from dataclasses import replace
from datetime import date

import pytest

from forms.answers import FIELDS
from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.answers import RULES, Staff, cell_key, staff_key
from grantportal.domain.calls import WithdrawCall
from grantportal.domain.forms import QuestionType
from grantportal.queries import applications as queries
from grantportal.services import applications as services
from grantportal.services import calls, supplements
from tests.support.applications import (
    ASKED_FOR,
    DEFINITION,
    IN_JUNE,
    IN_MAY,
    IN_TIME,
    TOO_LATE,
    actor_of,
    applicant,
    asked_to_supplement,
    begin,
    complete_texts,
    draft_of,
    handed_in,
    open_call,
    row,
    write,
    written,
)
from tests.support.calls import authority, officer
from tests.support.client import summary, token_in
from tests.support.factories import MandateFactory, OrganisationFactory, person
from tests.support.pages import words
from tests.support.rows import events_of
from tests.support.statements import statements


@pytest.fixture
def call(database):
    return open_call()


@pytest.fixture
def region():
    return OrganisationFactory(name="Region Exempel")


@pytest.fixture
def user(region):
    return applicant(Role.OMBUD, region)


@pytest.fixture
def ombud(user):
    return actor_of(user)


@pytest.fixture(autouse=True)
def in_time(database):
    with clock.at(IN_TIME):
        yield


def inputs(page):
    """Every field of the page's own form, as a browser would post it."""
    form = next(form for form in page.document.iter("form") if "data-autosave" in form.attrib)
    posted = {}
    for field in form.iter():
        name = field.get("name")
        if field.tag == "textarea":
            posted[name] = (field.text or "").removeprefix("\n")
        elif field.tag == "input" and name:
            if field.get("type") in ("checkbox", "radio"):
                if "checked" in field.attrib:
                    posted.setdefault(name, []).append(field.get("value"))
            else:
                posted[name] = field.get("value") or ""
    return posted


def hidden(page, action):
    """What the page's form to the address carries along, as a browser would post it."""
    forms = [form for form in page.document.iter("form") if form.get("method", "").lower() == "post"]
    form = next(form for form in forms if (form.get("action") or page.request.path) == action)
    return {field.get("name"): field.get("value") for field in form.iter("input") if field.get("type") == "hidden"}


def section(application, key):
    return f"/ansokningar/{application.id}/avsnitt/{key}"


def texts(who, application):
    return {key: answer.text for key, answer in draft_of(who, application).items()}


def test_whoever_may_hand_in_stands_once(call, region, ombud, user, signed_in):
    application = begin(ombud, call)
    MandateFactory(user=user, organisation_id=region.id, role=Role.REPRESENTANT)

    page = words(signed_in(user).get(f"/ansokningar/{application.id}").document)
    assert f"{user.name}, ombud" in page
    assert f"{user.name}, representant" not in page


def test_every_type_of_question_has_a_field_a_rule_and_a_macro(app):
    macros = app.jinja_env.get_template("components/question_types.html").module
    for kind in QuestionType:
        assert kind in FIELDS
        assert kind in RULES
        assert callable(getattr(macros, FIELDS[kind].macro))


def test_a_region_begins_writes_checks_and_hands_in(call, user, ombud, signed_in):
    browser = signed_in(user)
    start = f"/ansokningar/ny/{call.id}"
    page = browser.get(start)
    assert "Sökande verksamhet" in page.text
    begun = browser.post_form(start, {"organisation_id": ombud.mandates[0].organisation_id, "applicant_unit": "BUP"})
    assert begun.status_code == 303
    page = browser.get(begun.location)
    assert "0 av 5 avsnitt är klara" in page.text
    assert "Inte påbörjad" in page.text
    assert "Kan inte börja än" in page.text


def test_a_section_is_saved_and_read_back(call, user, ombud, signed_in):
    application = begin(ombud, call)
    browser = signed_in(user)
    url = section(application, "sokande")
    posted = {**inputs(browser.get(url)), "q1": "  BUP ", "q2": "Barn", "q3": ["Habilitering"], "q4": " 12 "}
    assert browser.post_form(url, posted).status_code == 303
    assert texts(ombud, application) == {"q1": "BUP", "q2": "Barn", "q3": "Habilitering", "q4": "12"}
    assert inputs(browser.get(url))["q3"] == ["Habilitering"]


def test_a_bad_amount_stays_as_typed_while_the_others_are_saved(call, user, ombud, signed_in):
    application = begin(ombud, call)
    browser = signed_in(user)
    url = section(application, "kostnader")
    posted = inputs(browser.get(url))
    cells = sorted(name for name in posted if name.startswith("q8-y"))
    for name, typed in zip(
        cells,
        ["2\u00a0913\u202f808 kr", "1.000", "1,5", "-1", "150 000\t165 000", "1" + "0" * 30, "100,00", "0"],
        strict=False,
    ):
        posted[name] = typed
    posted |= {"q8-s0_profession": "läkare", "q8-s0_percent2021": "2001", "q8-s0_cost2021": "758 400,50"}
    page = browser.post_form(url, posted)
    assert page.status_code == 422
    shown = inputs(page)
    assert [shown[name] for name in cells[:8]] == [
        "2\u00a0913\u00a0808\u00a0kr", "1.000", "1,5", "-1", "150 000\t165 000", "1" + "0" * 30, "100\u00a0kr", "0\u00a0kr",
    ]  # fmt: skip
    assert shown["q8-s0_cost2021"] == "758 400,50"
    assert "Skriv hela kronor, utan ören." in page.text
    assert "belopp saknas" in page.text
    around = queries.surroundings(call)
    labels = {f"q8-y{year}_c{each.id}": f"{each.name} {year}" for each in around.categories for year in around.years}
    assert f"{labels[cells[1]]}: Skriv beloppet utan punkt, till exempel 1 000." in summary(page)
    assert f"{labels[cells[2]]}: Skriv hela kronor, utan ören." in summary(page)
    assert "läkare, procent av heltid 2021: Skriv ett heltal från 0 till 2 000." in summary(page)
    assert "<title>Fel: " in page.text
    assert "läkare, kostnad 2021: Skriv hela kronor, utan ören." in summary(page)
    assert [line.startswith("läkare") for line in summary(page)[:3]] == [True, True, False], "as they stand on the page"
    saved = texts(ombud, application)
    assert [saved.get(name) for name in cells[:8]] == ["2913808", None, None, None, None, None, "100", "0"]
    assert json.loads(saved["q8-s0"])["profession"] == "läkare"
    # The page that came back can be mended and saved again, without a clash with itself.
    shown |= dict.fromkeys(cells, "5") | {"q8-s0_percent2021": "50", "q8-s0_cost2021": "758 400"}
    assert browser.post_form(url, shown).status_code == 303
    assert texts(ombud, application)[cells[0]] == "5"


def test_staff_rows_are_added_and_taken_away_by_buttons(call, user, ombud, signed_in):
    application = begin(ombud, call)
    browser = signed_in(user)
    url = section(application, "kostnader")
    posted = inputs(browser.get(url)) | {"q8-s0_profession": "läkare", "lagg-till": "q8"}
    answer = browser.post_form(url, posted)
    assert answer.status_code == 303
    page = browser.get(answer.location)
    posted = inputs(page)
    assert posted["q8-s0_profession"] == "läkare"
    assert posted["q8-s1_profession"] == ""
    browser.post_form(url, posted | {"q8-s1_profession": "kurator"})
    posted = inputs(browser.get(url))
    assert browser.post_form(url, posted | {"ta-bort": "q8-s0"}).status_code == 303
    posted = inputs(browser.get(url))
    assert posted["q8-s1_profession"] == "kurator"
    assert "q8-s0_profession" not in posted


def test_the_server_counts_the_sums(call, user, ombud, signed_in):
    application = written(ombud, call)
    page = signed_in(user).get(section(application, "kostnader"))
    assert "1\u00a0100\u00a0000" in page.text
    assert "2\u00a0300\u00a0000" in page.text
    assert "belopp saknas" not in page.text


def test_two_people_in_the_same_section_keep_both_their_answers(call, region, user, ombud, signed_in):
    application = begin(ombud, call)
    other = applicant(Role.UPPGIFTSSAMORDNARE, region)
    one, two = signed_in(user), signed_in(other)
    url = section(application, "arbetet")
    first, second = inputs(one.get(url)), inputs(two.get(url))
    assert one.post_form(url, first | {"q5": "Den enas"}).status_code == 303
    # The second page is older: what was not touched there does not overwrite what the first has saved.
    second = {**second, "q6": "Den andras", "csrf_token": token_in(two.get(url), url)}
    assert two.post(url, data=second).status_code == 303
    assert texts(ombud, application) == {"q5": "Den enas", "q6": "Den andras"}


def test_a_clash_shows_both_texts_and_saving_again_settles_it(call, region, user, ombud, signed_in):
    application = begin(ombud, call)
    other = applicant(Role.UPPGIFTSSAMORDNARE, region)
    one, two = signed_in(user), signed_in(other)
    url = section(application, "arbetet")
    second = inputs(two.get(url))
    one.post_form(url, inputs(one.get(url)) | {"q5": "Den enas <b>text</b>"})
    page = two.post(url, data={**second, "q5": "Den andras", "q6": "Också"})
    assert page.status_code == 422
    assert f"{user.name} har ändrat samma svar" in page.text
    assert "Den enas <b>text</b>" in words(page.document)
    assert "<b>" not in page.text
    assert inputs(page)["q5"] == "Den andras"
    assert texts(ombud, application) == {"q5": "Den enas <b>text</b>", "q6": "Också"}
    assert two.post(url, data=inputs(page)).status_code == 303
    assert texts(ombud, application)["q5"] == "Den andras"


def test_autosave_answers_what_was_saved_and_what_was_not(call, user, ombud, signed_in):
    application = begin(ombud, call)
    browser = signed_in(user)
    page = browser.get(section(application, "sokande"))
    posted = inputs(page)
    url = f"{section(application, 'sokande')}/autospara"
    answer = browser.post(url, data=posted | {"q1": "BUP", "q4": "många"})
    assert answer.json["saved"]
    assert answer.json["time"] == "10:00"
    assert answer.json["errors"] == {"q4": "Skriv ett heltal från 0 till 100."}
    assert texts(ombud, application) == {"q1": "BUP"}
    # What was saved is carried on: the next save is no clash with the last.
    answer = browser.post(url, data=posted | answer.json["stamps"] | {"q1": "BUP och fler"})
    assert answer.json["clashes"] == []
    old = browser.post(url, data=posted | {"q1": "Från en gammal flik"})
    assert [clash["theirs"] for clash in old.json["clashes"]] == ["BUP och fler"]
    refused = browser.post(url, data={**posted, "csrf_token": "x"})
    assert refused.status_code == 422
    assert not refused.json["saved"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("rad ett\r\nrad två\x00", "rad ett\nrad två"),
        ("\u202eetar", "etar"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("=1+1", "=1+1"),
    ],
)
def test_hostile_text_is_kept_as_text(call, user, ombud, signed_in, typed, kept):
    application = begin(ombud, call)
    browser = signed_in(user)
    url = section(application, "arbetet")
    assert browser.post_form(url, inputs(browser.get(url)) | {"q5": typed}).status_code == 303
    assert texts(ombud, application)["q5"] == kept
    assert "<script>alert" not in browser.get(url).text


def test_a_hundred_thousand_characters_are_refused_and_none_is_cut(call, user, ombud, signed_in):
    application = begin(ombud, call)
    browser = signed_in(user)
    url = section(application, "arbetet")
    page = browser.post_form(url, inputs(browser.get(url)) | {"q5": "å" * 100_000, "q6": "Sparas"})
    assert page.status_code == 422
    assert "Skriv högst 2\u00a0000 tecken." in page.text
    assert inputs(page)["q5"] == "å" * 100_000
    assert texts(ombud, application) == {"q6": "Sparas"}


def test_strange_keys_and_choices_are_not_taken(call, user, ombud, signed_in):
    application = begin(ombud, call)
    browser = signed_in(user)
    url = section(application, "sokande")
    posted = inputs(browser.get(url))
    page = browser.post_form(url, posted | {"q2": "Ingen", "q99": "x", "data": "x", "validate": "x", "q8-s0": "x"})
    assert page.status_code == 422
    assert texts(ombud, application) == {}


def test_every_mistake_is_listed_with_a_way_to_its_field(call, user, ombud, signed_in):
    application = begin(ombud, call)
    browser = signed_in(user)
    page = browser.get(f"/ansokningar/{application.id}/kontrollera")
    assert f"{section(application, 'sokande')}#q2-0" in page.text
    assert f"{section(application, 'arbetet')}#q5" in page.text
    assert "Skicka in</button>" not in page.text
    answer = browser.post(f"/ansokningar/{application.id}/skicka-in", data={"csrf_token": token_in(page, "/logga-ut")})
    assert answer.status_code == 422
    assert "saker att rätta" in answer.text


def amounts(page):
    """The cells of the tables of the check page: by the row's name, in the order of the columns."""
    found = {}
    for line in page.document.iter("tr"):
        if (name := line.find("th")) is not None and line.findall("td"):
            found[words(name)] = [words(cell) for cell in line.findall("td")]
    return found


def test_an_amount_that_is_not_written_is_not_shown_as_nothing(call, user, ombud, signed_in):
    application = begin(ombud, call)
    browser = signed_in(user)
    check = f"/ansokningar/{application.id}/kontrollera"
    assert {cell for cells in amounts(browser.get(check)).values() for cell in cells} == {"Inget svar"}

    around = queries.surroundings(row(application.id).call)
    category, year = around.amount_categories(DEFINITION.questions[7])[0], around.years[0]
    some = {
        cell_key(DEFINITION.questions[7], year, category.id): "0",
        staff_key(DEFINITION.questions[7], 0): Staff("läkare", {year: 0}, {year: 0}).text(),
    }
    write(ombud, application, some)

    shown = amounts(browser.get(check))
    personnel = next(each.name for each in around.categories if each.id != category.id and each.name == "Personal")
    assert shown[category.name] == ["0", "Inget svar"]
    assert shown["läkare"] == ["0", "0", "Inget svar", "Inget svar"]
    assert shown[personnel] == ["0", "Inget svar"]
    assert shown["Sökt"] == ["0", "Inget svar"]

    write(ombud, application, complete_texts(row(application.id)))
    assert "Inget svar" not in str(amounts(browser.get(check)))


def test_whoever_writes_while_a_colleague_hands_in_is_told_who_and_when_and_keeps_the_text(
    call, region, user, ombud, signed_in
):
    application = written(ombud, call)
    colleague = applicant(Role.UPPGIFTSSAMORDNARE, region)
    browser = signed_in(colleague)
    url = section(application, "arbetet")
    posted = inputs(browser.get(url)) | {"q6": "Mina sista ord."}
    services.submit(ombud, application.id)

    page = browser.post(url, data=posted)
    told = f"{user.name} skickade in ansökan den {clock.day_time_text(IN_TIME)}."
    assert page.status_code == 422
    assert told.replace("\u00a0", " ") in summary(page)[0]
    assert "Kopiera texten" in summary(page)[0]
    assert "Mina sista ord." in words(page.document)
    saving = browser.post(f"{url}/autospara", data=posted, headers={"Accept": "application/json"})
    assert told in saving.json["message"]


@pytest.mark.parametrize("answered", [True, False])
def test_whoever_writes_while_a_komplettering_ends_is_told_how(call, region, user, ombud, signed_in, answered):
    application = handed_in(ombud, call)
    handlaggare = officer()
    supplement = asked_to_supplement(handlaggare, application)
    browser = signed_in(applicant(Role.UPPGIFTSSAMORDNARE, region))
    url = section(application, "arbetet")
    with clock.at(IN_MAY):
        posted = inputs(browser.get(url)) | {"q6": "Mina sista ord."}
        write(ombud, application, {"q6": "Start 2022."})
        if answered:
            supplements.answer(ombud, supplement)
    with clock.at(IN_JUNE):
        if not answered:
            supplements.close(handlaggare, supplement)
        [told] = summary(browser.post(url, data=posted))
    if answered:
        assert told.startswith(f"{user.name} skickade in kompletteringen den 11 maj 2020")
    else:
        assert told.startswith("Kompletteringen är avslutad.")


def test_with_several_organisations_none_is_chosen_beforehand(call, region, user, signed_in):
    addresses = (f"/ansokningar/ny/{call.id}", "/bankgiron/nytt")
    both = applicant(Role.OMBUD, region)
    MandateFactory(user=both, organisation_id=OrganisationFactory(name="Region Annan").id, valid_from=date(2019, 1, 1))
    for address in addresses:
        assert " checked" in signed_in(user).get(address).text
        browser = signed_in(both)
        page = browser.get(address)
        assert "Region Annan" in page.text
        assert " checked" not in page.text
        refused = browser.post_form(address, {"number": "5050-1055"})
        assert refused.status_code == 422
        assert any("Välj organisation." in line for line in summary(refused))
    assert browser.post_form(addresses[1], {"number": "5050-1055", "organisation": region.id}).status_code == 303


def test_what_a_colleague_changed_after_the_check_is_read_again_before_it_is_handed_in(
    call, region, user, ombud, signed_in
):
    application = written(ombud, call)
    browser = signed_in(user)
    check, submit = (f"/ansokningar/{application.id}/{each}" for each in ("kontrollera", "skicka-in"))
    read = hidden(browser.get(check), submit)
    colleague = actor_of(applicant(Role.UPPGIFTSSAMORDNARE, region))
    write(colleague, application, {"q5": "Helt andra behov."})

    refused = browser.post(submit, data=read)

    assert refused.status_code == 422
    assert "Svaren har ändrats sedan du läste dem. Inget är inskickat. Läs svaren igen" in words(refused.document)
    assert "Helt andra behov." in refused.text
    assert row(application.id).version_number == 0
    assert browser.post(submit, data=read | {"sha256": ""}).status_code == 422
    assert browser.post(submit, data={"csrf_token": read["csrf_token"]}).status_code == 422
    assert browser.post(submit, data=hidden(refused, submit)).status_code == 303


def test_a_change_that_leaves_something_to_mend_is_told_with_what_to_mend(call, region, user, ombud, signed_in):
    application = written(ombud, call)
    browser = signed_in(user)
    check, submit = (f"/ansokningar/{application.id}/{each}" for each in ("kontrollera", "skicka-in"))
    read = hidden(browser.get(check), submit)
    write(actor_of(applicant(Role.UPPGIFTSSAMORDNARE, region)), application, {"q5": ""})

    refused = browser.post(submit, data=read)

    assert refused.status_code == 422
    assert "Svaren har ändrats sedan du läste dem." in words(refused.document)
    assert "1 sak att rätta" in words(refused.document)


def test_handing_in_gives_a_receipt_and_the_second_time_changes_nothing(call, user, ombud, signed_in):
    application = written(ombud, call)
    browser = signed_in(user)
    check = f"/ansokningar/{application.id}/kontrollera"
    submit = f"/ansokningar/{application.id}/skicka-in"
    read = hidden(browser.get(check), submit)
    answer = browser.post(submit, data=read)
    assert answer.status_code == 303
    page = browser.get(answer.location)
    assert "2020-0001" in page.text
    assert "8\u00a0april\u00a02020 kl.\u00a010:00" in page.text
    again = browser.post(submit, data=read)
    assert again.status_code == 303
    assert "redan inskickad" in browser.get(again.location).text
    assert events_of(application) == ["application.started", "application.submitted"]
    assert row(application.id).version_number == 1
    assert browser.get(check).status_code == 302
    document = browser.get(f"/ansokningar/{application.id}/version/1/pdf")
    assert document.data.startswith(b"%PDF-")


def test_a_late_application_is_received_and_says_so(call, user, ombud, signed_in):
    handed_in(ombud, call, at=TOO_LATE)
    late = handed_in(ombud, call, "En klinik", at=TOO_LATE)
    with clock.at(TOO_LATE):
        page = signed_in(user).get(f"/ansokningar/{late.id}/kvitto")
    assert "efter sista dagen" in page.text


def test_an_uppgiftssamordnare_has_no_button_and_no_right_to_hand_in(call, region, user, ombud, signed_in):
    application = written(ombud, call)
    browser = signed_in(applicant(Role.UPPGIFTSSAMORDNARE, region))
    page = browser.get(f"/ansokningar/{application.id}/kontrollera")
    assert "Skicka in</button>" not in page.text
    assert f"{user.name}, ombud" in page.text
    token = token_in(page, "/logga-ut")
    assert browser.post(f"/ansokningar/{application.id}/skicka-in", data={"csrf_token": token}).status_code == 403


def test_anothers_application_is_as_one_that_does_not_exist(call, ombud, signed_in):
    application = written(ombud, call)
    for stranger in (applicant(), officer_user()):
        browser = signed_in(stranger)
        for path in ("", "/avsnitt/arbetet", "/kontrollera", "/kvitto", "/aterkalla", "/version", "/version/1"):
            page = browser.get(f"/ansokningar/{application.id}{path}")
            assert page.status_code == 404, path


def officer_user():
    from grantportal.models.accounts import User
    from tests.support.rows import committed

    return committed().get_one(User, officer().user_id)


def test_the_authority_reads_what_was_handed_in_and_never_what_is_written_since(call, ombud, signed_in):
    application = handed_in(ombud, call)
    who = officer()
    asked_to_supplement(who, application)
    write(ombud, application, {"q6": "Hemligt utkast"})
    browser = signed_in(officer_user())
    page = browser.get(f"/ansokningar/{application.id}", follow_redirects=True)
    assert "Start hösten 2021." in page.text
    assert "Hemligt utkast" not in page.text
    assert browser.get(section(application, "arbetet")).status_code == 403


def test_the_ombud_withdraws(call, user, ombud, signed_in):
    application = handed_in(ombud, call)
    browser = signed_in(user)
    answer = browser.post_form(f"/ansokningar/{application.id}/aterkalla")
    assert answer.status_code == 303
    assert "Återkallad av er" in browser.get(answer.location).text


def test_a_section_takes_at_most_eight_queries(call, user, ombud, signed_in):
    application = handed_in(ombud, call)
    asked_to_supplement(officer(), application)
    browser = signed_in(user)
    with clock.at(IN_MAY):
        for key in ("sokande", "arbetet", "ungdomshem", "kostnader", "forsakran"):
            with statements() as sent:
                browser.get(section(application, key))
            reads = [each for each in sent if each.lstrip().upper().startswith("SELECT")]
            assert len(reads) <= 8, (key, reads)


def test_a_komplettering_is_asked_for_and_answered(call, user, ombud, signed_in):
    application = handed_in(ombud, call)
    asking, answering = signed_in(officer_user()), signed_in(user)
    with clock.at(IN_MAY):
        url = f"/ansokningar/{application.id}/begar-komplettering"
        page = asking.post_form(url, {"parts": [], "reason": "", "last_day": "1 mars"})
        assert page.status_code == 422
        assert "1 mars" in page.text
        asked = asking.post_form(url, {"parts": ["arbetet"], "reason": "Beskriv tidplanen.", "last_day": "2020-05-29"})
        assert asked.status_code == 303
        page = answering.get(f"/ansokningar/{application.id}")
        assert "Beskriv tidplanen." in page.text
        assert "Behöver ändras" in page.text
        assert answering.get(section(application, "sokande")).status_code == 302
        form = section(application, "arbetet")
        answering.post_form(form, inputs(answering.get(form)) | {"q6": "Ny tidplan"})
        number = asked.location.rpartition("/")[2]
        answer = f"/kompletteringar/{number}/svara"
        read = hidden(answering.get(answer), answer)
        answering.post_form(form, inputs(answering.get(form)) | {"q6": "Ännu en tidplan"})
        refused = answering.post(answer, data=read)
        assert refused.status_code == 422
        assert "Svaren har ändrats sedan du läste dem." in words(refused.document)
        assert "Ännu en tidplan" in refused.text
        answering.post_form(form, inputs(answering.get(form)) | {"q6": "Ny tidplan"})
        assert answering.post(answer, data=hidden(answering.get(answer), answer)).status_code == 303
        for reader in (asking, answering):
            page = reader.get(f"/kompletteringar/{number}")
            assert "Start hösten 2021." in page.text
            assert "Ny tidplan" in page.text
            assert "Ändrat" in page.text


@pytest.mark.parametrize("page", ["be-om-tid", "forlang"])
def test_more_time_without_a_day_and_a_reason_says_both_at_once(call, user, ombud, signed_in, page):
    number = asked_to_supplement(officer(), handed_in(ombud, call))
    browser = signed_in(user if page == "be-om-tid" else officer_user())
    with clock.at(IN_MAY):
        refused = browser.post_form(f"/kompletteringar/{number}/{page}", {"last_day": "", "reason": ""})
        assert refused.status_code == 422
        assert ["dag" in summary(refused)[0], *("längre" in line for line in summary(refused)[1:])] == [True, True]


def test_a_locked_section_is_not_saved_by_post_and_what_was_typed_is_still_there(call, user, ombud, signed_in):
    application = handed_in(ombud, call)
    browser = signed_in(user)
    asked_to_supplement(officer(), application)
    with clock.at(clock.local(date(2020, 5, 12), 9)):
        open_page = browser.get(section(application, "arbetet"))
        posted = inputs(open_page) | {"q1": "Nytt namn", "seen-q1": "0-x"}
        page = browser.post(section(application, "sokande"), data=posted)
        assert page.status_code == 422
        assert "låst" in page.text
        assert "Nytt namn" in page.text
    assert texts(ombud, application)["q1"] == "BUP i Exempelregionen"


def test_a_personnummer_is_warned_of_and_goes_on_with_a_reason(call, user, ombud, signed_in):
    application = begin(ombud, call)
    browser = signed_in(user)
    url = section(application, "arbetet")
    first = browser.get(url)
    assert "Varför behövs personnumret" not in first.text
    posted = {**inputs(first), "q5": "Gäller 811218-9876.", "q6": "Start."}
    unasked = browser.post(f"{url}/autospara", data={**posted, "csrf_token": token_in(first, url)})
    assert "tryck på Spara och skriv varför" in unasked.json["errors"]["q5"]
    page = browser.post_form(url, posted | {"seen-q6": unasked.json["stamps"]["seen-q6"]})
    assert page.status_code == 422
    assert "Det ser ut att stå ett personnummer" in page.text
    assert inputs(page)["q5"] == "Gäller 811218-9876."
    assert texts(ombud, application) == {"q6": "Start."}
    quietly = browser.post(f"{url}/autospara", data={**inputs(page), "csrf_token": token_in(page, url)})
    assert "skriv varför det behövs och spara igen" in quietly.json["errors"]["q5"]
    done = browser.post_form(url, {**inputs(page), "reason": "Intyget krävs."})
    assert done.status_code == 303
    assert texts(ombud, application)["q5"] == "Gäller 811218-9876."


def test_a_page_from_before_saves_what_is_open_and_keeps_what_is_locked_since(call, user, ombud, signed_in):
    """The whole section was open when the page was made; the next round opens one question of it."""
    application = handed_in(ombud, call)
    who, browser = officer(), signed_in(user)
    first = asked_to_supplement(who, application)
    url = section(application, "arbetet")
    with clock.at(IN_MAY):
        page = browser.get(url)
    with clock.at(IN_JUNE):
        supplements.close(who, first)
        supplements.request(
            who, application.id, replace(ASKED_FOR, parts=("q_6",), last_day=date(2020, 6, 15), notes={"q_6": "När?"})
        )
        posted = {**inputs(page), "q5": "Skrivet för länge sedan", "q6": "Ny tidplan"}
        quietly = browser.post(f"{url}/autospara", data={**posted, "csrf_token": token_in(page, url)})
        assert quietly.json["errors"] == {"q5": "Svaret är låst. Det ni skrev är inte sparat."}
        refused = browser.post_form(url, posted)
        assert refused.status_code == 422
        assert "Svaret är låst. Det ni skrev är inte sparat." in refused.text
        assert inputs(refused)["q5"] == "Skrivet för länge sedan"
        anew = browser.get(url)
        assert "q5" not in inputs(anew)
        assert "Myndigheten skriver:" in anew.text
        assert "Unga med stora behov." in words(anew.document)
    saved = texts(ombud, application)
    assert (saved["q5"], saved["q6"]) == ("Unga med stora behov.\n\nOch deras familjer.", "Ny tidplan")


def test_an_officer_comes_to_the_request_with_the_question_ticked(call, ombud, signed_in):
    application = handed_in(ombud, call)
    browser = signed_in(officer_user())
    with clock.at(IN_MAY):
        read = browser.get(f"/ansokningar/{application.id}/version")
        assert f"/ansokningar/{application.id}/begar-komplettering?del=q_6#del-q_6" in read.text
        page = browser.get(f"/ansokningar/{application.id}/begar-komplettering?del=q_6&del=finns-inte")
        ticked = [box.get("value") for box in page.document.iter() if "checked" in box.attrib]
        assert ticked == ["q_6"]
        asking = {"parts": ["q_6"], "note_q_6": "När?", "note_q_5": "Glömd ruta", "reason": "Se frågan."}
        url = f"/ansokningar/{application.id}/begar-komplettering"
        refused = browser.post_form(url, {**asking, "last_day": "2020-05-29"})
        assert refused.status_code == 422
        assert "Kryssa i delen också, eller ta bort texten." in refused.text
        assert "Glömd ruta" in refused.text
        long = browser.post_form(url, {**asking, "note_q_5": "", "note_q_6": "x" * 1_001, "last_day": "2020-05-29"})
        assert long.status_code == 422
        assert "Skriv högst 1\u00a0000 tecken." in long.text
        done = browser.post_form(url, {**asking, "note_q_5": "", "last_day": "2020-05-29"})
        assert done.status_code == 303
        again = browser.get(url)
        assert "En komplettering är redan begärd" in again.text


def test_when_the_call_is_withdrawn_every_page_says_so_and_offers_nothing_more(signed_in, call, user, ombud):
    """The draft, what is handed in, and the case as both sides read it."""
    draft, made, handler = (
        written(ombud, call, "En klinik"),
        handed_in(ombud, call),
        person(Role.HANDLAGGARE, authority()),
    )
    here = f"/ansokningar/{draft.id}"
    with clock.at(IN_TIME):
        open_pages = {url: words(signed_in(user).get(url).document) for url in (here, f"{here}/kontrollera", "/")}
        assert "Kan skicka in" in open_pages[here]
        assert "Skicka in" in open_pages[f"{here}/kontrollera"]
        assert "Fortsätt ansökan" in open_pages["/"]
        calls.withdraw(officer(), call.id, WithdrawCall("Medlen drogs in.", 0))
        db.close_read_session()
        party, authoritys = signed_in(user), signed_in(handler)

        page = words(party.get(here).document)
        assert "Utlysningen är återtagen" in page
        assert "Det ni har skrivit finns kvar att läsa, men kan inte skickas in." in page
        for gone in ("Kan skicka in", "Sista dag", "dagar kvar", "Kontrollera och skicka in", "Ni kan fylla i dem"):
            assert gone not in page
        check = party.get(f"{here}/kontrollera")
        assert "Utlysningen är återtagen. Det ni har skrivit finns kvar" in words(check.document)
        assert "Unga med stora behov." in check.text
        assert "skicka-in" not in check.text
        assert "Utlysningen är återtagen" in words(party.get(f"{here}/avsnitt/arbetet").document)
        own = words(party.get(f"/arenden/{draft.case_id}").document)
        assert "Läs det ni har skrivit" in own
        assert "Fyll i ansökan" not in own
        start = words(party.get("/").document)
        assert "Fortsätt ansökan" not in start

        for reader in (party, authoritys):
            case = words(reader.get(f"/arenden/{made.case_id}").document)
            assert "Ansökan prövas inte. Ärendet avslutas genom beslut om avskrivning." in case
            # In its state, its history and its handlingar.
            assert case.count("Utlysningen är återtagen") >= 3
            for gone in ("Begär komplettering", "Skicka underlag till parten"):
                assert gone not in case
        assert "Skriv förslag till beslut" in case
        assert "Utlysningen är återtagen" in words(authoritys.get("/arenden/").document)
        waiting = words(authoritys.get("/").document)
        assert "Avskriv Region Exempel" in waiting
        assert "Utlysningen är återtagen och ärendet avslutas genom beslut." in waiting
