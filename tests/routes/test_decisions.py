"""Beslut and kommunicering through their pages, on both databases."""

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.appeals import appeal_time
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.cases import FrozenKind
from grantportal.domain.decisions import DecisionStatus, Outcome, SendCommunication
from grantportal.domain.dissents import NoteDissent
from grantportal.domain.forms import canonical
from grantportal.domain.frozen import decision_document, read_fingerprint
from grantportal.domain.grants import AppealVariant
from grantportal.domain.organisations import OrganisationKind
from grantportal.exports import pdf
from grantportal.models.accounts import User
from grantportal.models.cases import FrozenVersion
from grantportal.models.decisions import Communication, Decision, DecisionLine
from grantportal.models.portal import Portal
from grantportal.queries import decision_documents
from grantportal.services import communications
from grantportal.services import decisions as services
from tests.support import plenty
from tests.support.client import summary
from tests.support.decidable import (
    actor_with,
    application,
    command,
    decided,
    extra_call,
    fingerprint_of,
    hear_nobody,
    programme,
    proposed,
    tomorrow,
    unlocked,
)
from tests.support.factories import OrganisationFactory
from tests.support.rows import committed, events_of, saved
from tests.support.statements import statements


@pytest.fixture
def pilot(database):
    return programme()


@pytest.fixture
def as_(signed_in):
    """A browser for an actor."""

    def browser(actor):
        user = committed().get_one(User, actor.user_id)
        db.close_read_session()
        return signed_in(user)

    return browser


def amounts(of, **typed):
    """A lawful proposal's fields: everything that was sought."""
    fields = {
        f"a{year}_{category.id}": text
        for year in of.years
        for category, text in zip(of.categories, ("900 000 kr", "100\u00a0000,00"), strict=True)
    }
    return {**fields, "outcome": "granted", "reasons": "Ansökan ryms i uppdraget.", **typed}


def test_from_comparison_to_a_decision_that_the_party_reads(pilot, as_):
    made = application(pilot, OrganisationFactory(name="Region Skåne"))
    officer, decider, registrar = as_(pilot.officer), as_(pilot.decider), as_(pilot.registrar)
    ombud = as_(actor_with(Role.OMBUD, made.organisation))

    page = officer.get(f"/utlysningar/{pilot.call.id}/jamfor")
    assert "Region Skåne" in page.text
    assert "Inget förslag än" in page.text
    saved = officer.post_form(
        f"/utlysningar/{pilot.call.id}/jamfor",
        {f"p{made.id}_2021": "1 000 000", f"p{made.id}_2022": "500 000", f"u{made.id}": ""},
        follow_redirects=True,
    )
    assert "Förslaget är sparat" in saved.text
    assert committed().scalars(select(Decision.outcome)).one() is Outcome.PARTLY

    skipped = officer.post_form(
        f"/ansokningar/{made.id}/kommunicering-behovs-inte",
        {"ground": "obviously_unneeded", "why": "Beviljas helt."},
        follow_redirects=True,
    )
    assert "Uppenbart obehövligt" in skipped.text

    state = re.search(r'name="based_on"[^>]*value="(\w+)"', officer.get(f"/ansokningar/{made.id}/forslag").text)
    assert state is not None
    sent = officer.post_form(
        f"/ansokningar/{made.id}/forslag", amounts(pilot, based_on=state[1]), follow_redirects=True
    )
    assert "Väntar på beslut" in sent.text
    decision_id = committed().scalars(select(Decision.id)).one()
    assert decider.get("/beslut/").text.count("Region Skåne") == 1

    page = decider.get(f"/beslut/{decision_id}/fatta")
    assert "beviljar Region Skåne 2\u00a0000\u00a0000\u00a0kr" in page.text
    done = decider.post_form(
        f"/beslut/{decision_id}/fatta", {"sha256": fingerprint_of(decision_id)}, follow_redirects=True
    )
    assert "Beslutet är fattat" in done.text
    assert ombud.get(f"/beslut/{decision_id}").status_code == 404

    registrar.post_form(f"/beslut/{decision_id}/skicka")
    letter = ombud.get(f"/beslut/{decision_id}")
    assert letter.status_code == 200
    assert "Nästa för er" in letter.text
    assert "Skriv mer" not in letter.text
    assert "Region Skåne" in ombud.get("/beslut/").text
    assert events_of(committed().get_one(Decision, decision_id)) == [
        "decision.proposed",
        "decision.made",
        "decision.dispatched",
    ]


def test_the_decision_on_screen_adds_up_like_the_one_on_paper(pilot, as_):
    made = application(pilot, OrganisationFactory(name="Region Skåne"))
    page = as_(pilot.officer).get(f"/beslut/{decided(pilot, proposed(pilot, made))}")

    assert "Beslut: Region Skåne" in page.text
    table = next(each for each in page.document.iter("table") if "kostnadsslag" in words_of(each))
    head, *rows = [[words_of(cell) for cell in row] for row in table.iter("tr")]
    assert head == ["Kostnadsslag", "2021, kr", "2022, kr", "Summa, kr"]
    assert rows == [
        ["Personal", "900\u00a0000", "900\u00a0000", "1\u00a0800\u00a0000"],
        ["Utbildning", "100\u00a0000", "100\u00a0000", "200\u00a0000"],
        ["Summa", "1\u00a0000\u00a0000", "1\u00a0000\u00a0000", "2\u00a0000\u00a0000"],
    ]


def test_a_dismissal_keeps_its_ground_in_the_form_and_says_it_in_the_letter(pilot, as_):
    made = application(pilot, OrganisationFactory(name="Region Skåne"))
    hear_nobody(pilot, made)
    officer, url = as_(pilot.officer), f"/ansokningar/{made.id}/forslag"
    none = dict.fromkeys((name for name in amounts(pilot) if name.startswith("a")), "")
    typed = none | {"outcome": "dismissed", "reasons": "Bara regioner.", "dismissal_why": "Ni är en förening."}

    refused = officer.post_form(url, typed)
    assert refused.status_code == 422
    assert "Välj varför ansökan avvisas." in refused.text
    assert "Ni är en förening." in refused.text
    refused = officer.post_form(url, typed | {"dismissal_ground": "late"})
    assert "kom in i tid och kan inte avvisas" in refused.text
    draft = officer.post_form(url, typed | {"dismissal_ground": "not_entitled", "draft": "1"}, follow_redirects=True)
    assert re.search(r'value="not_entitled"[^>]*checked|checked[^>]*value="not_entitled"', draft.text)

    letter = officer.post_form(url, typed | {"dismissal_ground": "not_entitled"}, follow_redirects=True)
    for words in ("avvisar ansökan från Region Skåne", "Den som ansöker får inte söka bidraget", "Ni är en förening."):
        assert words in letter.text, words
    decision_id = decided(pilot, committed().scalars(select(Decision.id)).one(), sent=True)
    ombud = as_(actor_with(Role.OMBUD, made.organisation))
    assert "Avvisad" in ombud.get("/beslut/").text
    assert "Prövas inte." in ombud.get(f"/beslut/{decision_id}").text
    shared = officer.get(f"/fordelade-bidrag/{pilot.call.id}")
    assert "Avvisning" in shared.text
    assert "Den som ansöker får inte söka bidraget. Ansökan prövades inte." in shared.text


@pytest.mark.parametrize("kind", [OrganisationKind.REGION, OrganisationKind.OTHER])
def test_the_last_day_to_appeal_stands_on_the_case_and_the_decision_once_it_is_sent(pilot, as_, kind):
    made = application(pilot, OrganisationFactory(name="Region Skåne", kind=kind))
    decision_id = decided(pilot, proposed(pilot, made))
    ombud, officer = as_(actor_with(Role.OMBUD, made.organisation)), as_(pilot.officer)
    pages = (f"/arenden/{made.case_id}", f"/beslut/{decision_id}")
    for url in pages:
        assert "att överklaga är" not in officer.get(url).text
    assert "överklaga" not in ombud.get(pages[0]).text
    services.dispatch(pilot.registrar, decision_id)
    time = appeal_time(
        AppealVariant.THREE_WEEKS,
        public_party=kind is OrganisationKind.REGION,
        sent_on=clock.today(),
        today=clock.today(),
    )
    assert time is not None
    for reader in (ombud, officer):
        for url in pages:
            shown = " ".join(reader.get(url).text.split())
            assert all(" ".join(sentence.split()) in shown for sentence in time.sentences)
            assert ("Sista dag att överklaga är" in shown) is (kind is OrganisationKind.REGION)


def packed(text):
    """Words without what differs between a screen and paper: spaces, and where a line was broken."""
    return re.sub(r"[\s\u200b\u00ad-]", "", text)


def test_page_and_paper_say_the_same_words(pilot, as_):
    """Every heading, sentence and figure of the document, and no other sentence."""
    made = application(pilot, OrganisationFactory(name="Region Skåne"))
    decision_id = decided(
        pilot,
        proposed(pilot, made, covers="Team vid ungdomshemmet.", took_part="Lo Exempel, jurist"),
    )
    frozen = committed().scalars(select(FrozenVersion).where(FrozenVersion.kind == FrozenKind.DECISION)).one()
    document = decision_document(json.loads(frozen.content), frozen.sha256)
    texts = list(strings_of(document.parts))
    assert len(texts) > 60

    letter = next(each for each in as_(pilot.officer).get(f"/beslut/{decision_id}").document.iter("article"))
    on_screen, on_paper = packed("".join(letter.itertext())), packed(paper(document))
    for text in texts:
        assert packed(text) in on_screen, text
        assert packed(text) in on_paper, text


def strings_of(parts):
    """All that is printed of the parts: the keys and the captions that only a screen reader hears left out."""
    for part in parts:
        yield from (part.heading, *part.paragraphs, *part.numbered)
        for fact in part.facts:
            yield from (fact.name, *fact.lines)
        if part.table:
            yield from part.table.heads
            for row in (*part.table.rows, part.table.total):
                yield from row


def paper(document):
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=pdf.render(document), capture_output=True, check=True).stdout.decode()


def test_what_is_shown_before_the_signature_is_what_is_stored(pilot, as_):
    """All but who decided: every part as it was read, to the letter."""
    decision_id = proposed(pilot, application(pilot))
    read = decision_documents.document(db.session().get_one(Decision, decision_id))
    db.close_read_session()
    assert f'value="{read_fingerprint(read)}"' in as_(pilot.decider).get(f"/beslut/{decision_id}/fatta").text
    decided(pilot, decision_id)
    frozen = committed().scalars(select(FrozenVersion).where(FrozenVersion.kind == FrozenKind.DECISION)).one()
    stored = json.loads(frozen.content)
    assert stored["basis"]["read_sha256"] == read_fingerprint(read)
    made = decision_document(stored, frozen.sha256)
    assert [each for each in made.parts if each.key != "decided"] == [
        each for each in read.parts if each.key != "decided"
    ]
    assert {part.key for part in made.parts} >= {"decision", "received", "heard", "recovery", "appeal", "decided"}


WORDS_OF_THE_PRINT = {
    *("Påhittat", "exempel", "Innehållet", "är", "påhittat", "för", "att", "visa", "hur", "portalen", "arbetar"),
    *("Inte", "beslutat", "Dnr", "Part", "Sökande", "verksamhet", "Fattat", "inte", "fattat", "än"),
    *("Beslutets", "Förslagets", "fingeravtryck", "Förbehåll", "med", "förbehåll"),
    *("Förväntat", "resultat", "Beslutet", "sparat", "oförändrat", "Fingeravtrycket", "räknat", "på", "det"),
    *("beslutade", "innehållet", "SHA"),
}
"""What the page and the paper say of themselves: marks, labels and the fingerprint."""


def test_the_templates_have_no_words_of_a_decision():
    """A sentence in a template would reword every earlier decision the day that somebody edits it."""
    root = Path(__file__).parents[2]
    page = (root / "templates/decisions/_document.html").read_text("utf-8")
    page = re.sub(r"\{#.*?#\}|<[^>]*>", " ", page, flags=re.DOTALL)
    spoken = re.sub(r"\{[{%].*?[%}]\}", " ", page, flags=re.DOTALL)
    # Within the code: what is quoted and begins as a sentence does.
    spoken += " " + " ".join(re.findall(r'"([A-ZÅÄÖ][^"]*)"', page))
    paper = (root / "grantportal/exports/typst/decision.typ").read_text("utf-8")
    spoken += " " + " ".join(re.findall(r"\[([A-ZÅÄÖ][^\[\]#]*)\]", paper))
    assert set(re.findall(r"[A-Za-zÅÄÖåäö]{2,}", spoken)) - WORDS_OF_THE_PRINT == set()


def words_of(element) -> str:
    return "".join(element.itertext()).strip()


def test_the_proposer_who_also_decides_is_told_so(pilot, as_):
    decision_id = proposed(pilot, application(pilot))
    other = actor_with(Role.BESLUTSFATTARE, pilot.authority)
    officer_too = as_(pilot.officer)
    with db.writing_session() as session, session.begin():
        from grantportal.models.accounts import MandateRow

        found = session.scalars(select(MandateRow).where(MandateRow.user_id == other.user_id)).one()
        found.user_id = pilot.officer.user_id

    page = officer_too.get(f"/beslut/{decision_id}/fatta")
    assert "Någon annan än den som föreslog ska besluta" in page.text
    assert "Fatta beslut</button>" not in page.text
    token = officer_too.post_form(
        f"/beslut/{decision_id}/fatta",
        {"sha256": fingerprint_of(decision_id)},
        at=f"/beslut/{decision_id}/lamna-tillbaka",
    )
    assert token.status_code == 422
    assert "Någon annan än den som föreslog ska besluta" in token.text
    assert committed().get_one(Decision, decision_id).status is DecisionStatus.PROPOSED


def test_a_proposal_that_changed_after_it_was_read_is_read_again(pilot, as_):
    made = application(pilot)
    decision_id = proposed(pilot, made)
    decider = as_(pilot.decider)
    page = decider.post_form(f"/beslut/{decision_id}/fatta", {"sha256": "0" * 64})
    assert page.status_code == 422
    assert "har ändrats sedan du läste det" in page.text
    assert f'value="{fingerprint_of(decision_id)}"' in page.text
    assert decider.post_form(f"/beslut/{decision_id}/fatta", {}).status_code == 422


def test_posted_twice_decides_once(pilot, as_):
    decision_id = proposed(pilot, application(pilot))
    decider = as_(pilot.decider)
    read = {"sha256": fingerprint_of(decision_id)}
    assert decider.post_form(f"/beslut/{decision_id}/fatta", read).status_code == 303
    again = decider.post_form(f"/beslut/{decision_id}/fatta", read, at=f"/beslut/{decision_id}/lamna-tillbaka")
    assert again.status_code == 422
    assert "Ett fattat beslut kan inte ändras" in again.text


@pytest.mark.parametrize("typed", ["1.000", "1,5", "-1", "1e9", "1" + "0" * 30, "", "tusen", "<b>1</b>", "1\x000"])
def test_amounts_that_are_none_are_asked_for_again_and_nothing_is_lost(pilot, as_, typed):
    made = application(pilot)
    category = pilot.categories[0]
    page = as_(pilot.officer).post_form(
        f"/ansokningar/{made.id}/forslag",
        amounts(pilot, based_on="", reasons="Långa skäl som inte får försvinna.", **{f"a2021_{category.id}": typed}),
    )
    if typed == "1\x000":
        # What no reader can see is taken away: 10 kr is then less than what the word says.
        assert "välj delvis bifall" in page.text
    assert page.status_code == 422
    assert "Långa skäl som inte får försvinna." in page.text
    assert "100\u00a0000" in page.text
    assert committed().scalars(select(DecisionLine)).all() == []


def test_the_summary_says_which_amount_each_mistake_is_in(pilot, as_):
    made = application(pilot)
    cells = [(each, year) for each in pilot.categories for year in (2021, 2022)]
    empty = {f"a{year}_{each.id}": "" for each, year in cells}
    page = as_(pilot.officer).post_form(f"/ansokningar/{made.id}/forslag", amounts(pilot, based_on="", **empty))
    wanted = [f"{each.name} {year}: Skriv ett belopp i hela kronor, eller 0." for each, year in cells]
    assert summary(page) == wanted


@pytest.mark.parametrize("reasons", ["x" * 100_000, " \n\t "])
def test_reasons_that_are_too_long_or_empty_are_asked_for_again(pilot, as_, reasons):
    made = application(pilot)
    page = as_(pilot.officer).post_form(f"/ansokningar/{made.id}/forslag", amounts(pilot, based_on="", reasons=reasons))
    assert page.status_code == 422
    assert "Skriv skälen" in page.text or "Skriv högst 8\u00a0000 tecken" in page.text


def test_what_is_written_is_shown_and_never_run(pilot, as_):
    made = application(pilot)
    hear_nobody(pilot, made)
    evil = "<script>alert(1)</script>\u202e${7*7}\x00"
    services.propose(
        pilot.officer, made.id, command(pilot, dict.fromkeys(pilot.years, 1_000_000), reasons=evil.replace("\x00", ""))
    )
    decision_id = committed().scalars(select(Decision.id)).one()
    text = as_(pilot.decider).get(f"/beslut/{decision_id}/fatta").text
    assert "<script>alert(1)" not in text
    assert "${7*7}" in text
    page = as_(pilot.decider).post_form(
        f"/beslut/{decision_id}/lamna-tillbaka", {"reason": evil}, follow_redirects=True
    )
    assert page.status_code == 200
    assert committed().get_one(Decision, decision_id).returned_reason == "<script>alert(1)</script>${7*7}"


def test_the_comparison_warns_over_the_frame_and_keeps_what_was_typed(database, as_):
    pilot = programme(years=(2021,), frame=1_500_000)
    first, second = application(pilot), application(pilot)
    officer = as_(pilot.officer)
    over = officer.post_form(
        f"/utlysningar/{pilot.call.id}/jamfor",
        {f"p{first.id}_2021": "1 000 000", f"p{second.id}_2021": "900000"},
        follow_redirects=True,
    )
    assert "Förslaget är sparat" in over.text
    assert "Över ramen med" in over.text
    wrong = officer.post_form(
        f"/utlysningar/{pilot.call.id}/jamfor",
        {f"p{first.id}_2021": "1 000 001", f"p{second.id}_2021": "nio"},
    )
    assert wrong.status_code == 422
    assert "Skriv beloppet med siffror" in wrong.text
    assert 'value="nio"' in wrong.text


def test_an_officer_sees_that_another_has_saved(pilot, as_):
    made = application(pilot)
    officer = as_(pilot.officer)
    services.draft(actor_with(Role.HANDLAGGARE, pilot.authority), made.id, command(pilot, {}, reasons="Deras."))
    page = officer.post_form(f"/ansokningar/{made.id}/forslag", amounts(pilot, based_on="", reasons="Mina.", draft="1"))
    assert page.status_code == 422
    assert "har sparat ett annat förslag" in page.text
    assert "Mina." in page.text
    assert committed().scalars(select(Decision.reasons)).one() == "Deras."


def test_the_party_answers_and_the_officer_reads_it(pilot, as_):
    made = application(pilot)
    officer, ombud = as_(pilot.officer), as_(actor_with(Role.OMBUD, made.organisation))
    empty = officer.post_form(f"/ansokningar/{made.id}/kommunicera", {"material": "", "last_day": "2021-02-30"})
    assert empty.status_code == 422
    assert "Det datumet finns inte" in empty.text
    officer.post_form(
        f"/ansokningar/{made.id}/kommunicera",
        {"material": "SiS:s syn.\n\nFörslaget.", "last_day": tomorrow().isoformat()},
    )
    sent = committed().scalars(select(Communication.id)).one()
    assert "Lämna synpunkter" in ombud.get(f"/kommunicering/{sent}").text
    ombud.post_form(f"/kommunicering/{sent}/svara", {"text": "Vi delar bedömningen."})
    again = ombud.post_form(f"/kommunicering/{sent}/svara", {"text": "En gång till."})
    assert again.status_code == 422
    assert "redan lämnat synpunkter" in again.text
    assert "Vi delar bedömningen." in officer.get(f"/kommunicering/{sent}").text
    assert "Synpunkter lämnade" in officer.get(f"/ansokningar/{made.id}/forslag").text


def test_the_comparison_says_what_is_proposed_and_what_is_granted(database, as_):
    """Before, between and after the decisions the words follow; another call's part of the frame is told apart."""
    pilot = programme(years=(2021,), frame=15_000_000)
    first, second = application(pilot), application(pilot)
    officer, address = as_(pilot.officer), f"/utlysningar/{pilot.call.id}/jamfor"

    def told():
        page = officer.get(address)
        bars = next(each for each in page.document.iter("div") if each.get("class") == "bp-pair bp-pair--wide")
        heads = [words_of(each) for each in page.document.iter("th") if each.get("scope") == "col"]
        return " ".join(words_of(list(bars.iter("p"))[-1]).replace("\u00a0", " ").split()), heads[2:4]

    assert told() == ("Föreslaget 0 av 15 000 000 kr", ["Föreslaget 2021", "Förslag"])

    waiting = proposed(pilot, second)
    decided(pilot, proposed(pilot, first))
    assert told() == (
        "Beviljat 1 000 000. Föreslaget 1 000 000 av 15 000 000 kr",
        ["Föreslaget eller beviljat 2021", "Förslag eller beslut"],
    )

    page = words_of(officer.get(address).document).replace("\u00a0", " ")
    assert page.count("Fattat, inte skickat") == 1
    assert "Fattat, inte skickatBifall" in " ".join(page.split())
    decided(pilot, waiting, sent=True)
    assert words_of(officer.get(address).document).count("Fattat, inte skickat") == 1
    assert told() == ("Beviljat 2 000 000 av 15 000 000 kr", ["Beviljat 2021", "Beslut"])

    extra = extra_call(pilot, 2021)
    more = application(extra, first.organisation, parent=first)
    address = f"/utlysningar/{extra.call.id}/jamfor"
    assert told()[0] == "Beviljat 2 000 000 i andra utlysningar. Föreslaget 0 av 15 000 000 kr"
    decided(pilot, proposed(extra, more))
    address = f"/utlysningar/{pilot.call.id}/jamfor"
    assert told()[0] == "Beviljat 2 000 000 här och 1 000 000 i andra utlysningar, av 15 000 000 kr"


def test_the_menu_says_that_the_comparison_is_found_under_its_call(pilot, as_):
    page = as_(pilot.officer).get(f"/utlysningar/{pilot.call.id}/jamfor")
    menu = next(each for each in page.document.iter("nav") if each.get("class") == "bp-nav")
    assert [words_of(each) for each in menu.iter("a") if each.get("aria-current")] == ["Utlysningar"]


def test_an_extra_call_shows_its_frame_part_by_part(database, as_):
    pilot = programme(years=(2022,))
    ordinary = application(pilot)
    decided(pilot, proposed(pilot, ordinary))
    extra = extra_call(pilot)
    application(extra, ordinary.organisation, parent=ordinary)
    page = as_(pilot.officer).get(f"/utlysningar/{extra.call.id}/jamfor").text
    assert "Ramen för 2022" in page
    assert "Kvar att fördela" in page
    assert "14\u00a0000\u00a0000" in page
    assert "Redovisas senast 1\u00a0mars\u00a02023" in page


def test_the_comparison_asks_as_much_of_the_database_for_40_as_for_4(pilot, as_):
    officer = as_(pilot.officer)

    def queries(count):
        for _ in range(count):
            made = application(pilot)
            services.draft(pilot.officer, made.id, command(pilot, dict.fromkeys(pilot.years, 1)))
            communications.send(pilot.officer, made.id, SendCommunication("Underlag", tomorrow()))
        with statements() as sent:
            assert officer.get(f"/utlysningar/{pilot.call.id}/jamfor").status_code == 200
        return len([each for each in sent if each.lstrip().upper().startswith(("SELECT", "WITH"))])

    few = queries(4)
    assert queries(36) == few
    assert few <= 14


def test_the_list_asks_as_much_for_many_as_for_few(database, as_):
    pilot = programme(most=None, frame=100_000_000)
    decider = as_(pilot.decider)

    def queries(count):
        for _ in range(count):
            proposed(pilot, application(pilot))
        with statements() as sent:
            assert decider.get("/beslut/").status_code == 200
        return len([each for each in sent if each.lstrip().upper().startswith(("SELECT", "WITH"))])

    few = queries(2)
    assert queries(6) == few
    assert few <= 10


def test_the_ways_in(pilot, as_):
    """A page that nothing leads to is found by nobody."""
    made = application(pilot, OrganisationFactory())
    call, comparison = f"/utlysningar/{pilot.call.id}", f"/utlysningar/{pilot.call.id}/jamfor"
    ombud = as_(actor_with(Role.OMBUD, made.organisation))

    for_officer = as_(pilot.officer).get(call).text
    assert comparison in for_officer
    assert 'href="/beslut/"' in for_officer
    assert comparison not in ombud.get(call).text
    assert 'href="/bankgiron/"' in ombud.get("/organisation").text


def test_a_decision_before_the_last_day_to_apply_is_ticked_for_that_day(pilot, as_):
    made = application(pilot)
    early = datetime(2020, 4, 17, 8, tzinfo=UTC)
    statement = "Ansökningstiden går ut den 20\u00a0april\u00a02020. Jag bekräftar att beslutet fattas före dess."
    with clock.at(early):
        warned = as_(pilot.officer).get(f"/ansokningar/{made.id}/forslag")
        decision_id = proposed(pilot, made)
        decider, url = as_(pilot.decider), f"/beslut/{decision_id}/fatta"
        read = {"sha256": fingerprint_of(decision_id)}
        page = decider.get(url)
        refused = decider.post_form(url, read)
        other = decider.post_form(url, {**read, "before_last_day": "2020-05-20"})
        nonsense = decider.post_form(url, {**read, "before_last_day": "y"})
        done = decider.post_form(url, {**read, "before_last_day": "2020-04-20"})
        history = as_(pilot.officer).get(f"/arenden/{made.case_id}")

    assert "Ansökningstiden går ut den 20\u00a0april\u00a02020." in warned.text
    assert statement in page.text
    for answer in (refused, other, nonsense):
        assert answer.status_code == 422
        assert "Bekräfta att beslutet ska fattas före dess" in answer.text
        assert "checked" not in answer.text
    assert done.status_code == 303
    assert statement in history.text


def test_after_the_last_day_to_apply_nothing_is_ticked(pilot, as_):
    made = application(pilot)
    warned = as_(pilot.officer).get(f"/ansokningar/{made.id}/forslag")
    page = as_(pilot.decider).get(f"/beslut/{proposed(pilot, made)}/fatta")
    assert "Ansökningstiden går ut" not in warned.text + page.text
    assert "before_last_day" not in page.text


def test_what_a_foredragande_wrote_for_others_is_taken_away_by_a_tick(pilot, as_):
    made = application(pilot)
    officer, url = as_(pilot.officer), f"/ansokningar/{made.id}/forslag"
    assert "without_old_dissent" not in officer.get(url).text
    decision_id = services.draft(pilot.officer, made.id, command(pilot, dict.fromkeys(pilot.years, 1_000_000)))
    unlocked(committed().get_one(Decision, decision_id), dissent="Lo ville annat.")
    db.close_read_session()
    page = officer.get(url)
    assert "Lo ville annat." in page.text
    state = re.search(r'name="based_on"[^>]*value="(\w+)"', page.text)[1]
    sent = officer.post_form(url, amounts(pilot, based_on=state, without_old_dissent="y"))
    assert sent.status_code == 303
    assert "Lo ville annat" not in officer.get(f"/beslut/{decision_id}").text


def test_whoever_sends_a_decision_reads_which_dissents_go_with_it(pilot, as_):
    decision_id = decided(pilot, proposed(pilot, application(pilot)))
    services.note_dissent(pilot.officer, decision_id, NoteDissent("För lågt."))
    registrar = as_(pilot.registrar)
    assert (
        f"Avvikande mening av {pilot.officer.name} skickas med beslutet."
        in registrar.get(f"/beslut/{decision_id}/skicka").text
    )
    assert ", efter att beslutet fattades" in registrar.get(f"/beslut/{decision_id}").text
    registrar.post_form(f"/beslut/{decision_id}/skicka")
    sent = registrar.get(f"/beslut/{decision_id}")
    assert "Avvikande mening efter beslutet" in sent.text
    assert sent.text.count("För lågt.") == 2
    assert ", efter att beslutet fattades</p>" in sent.text


def test_the_day_to_appeal_is_what_the_decision_told_whatever_the_call_says_today(pilot, as_):
    made = application(pilot)
    decision_id = decided(pilot, proposed(pilot, made), sent=True)
    officer, pages = as_(pilot.officer), (f"/arenden/{made.case_id}", f"/beslut/{decision_id}")
    for url in pages:
        assert "Sista dag att överklaga är" in officer.get(url).text
    was = committed().scalars(select(FrozenVersion).where(FrozenVersion.kind == FrozenKind.DECISION)).one()
    content = json.loads(was.content)
    content["appeal"]["text"] = "Beslutet får inte överklagas."
    saved(
        FrozenVersion(
            **{name: getattr(was, name) for name in ("kind", "subject_id", "case_id", "frozen_at", "frozen_by_id")},
            number=2,
            content=canonical(content),
            sha256="f" * 64,
        )
    )
    db.close_read_session()
    for url in pages:
        assert "Sista dag att överklaga är" not in officer.get(url).text


def test_what_a_letter_has_invented_is_said_once_a_section(pilot, as_):
    unlocked(committed().scalars(select(Portal)).one(), is_demonstration=True)
    db.close_read_session()
    page = as_(pilot.officer).get(f"/beslut/{proposed(pilot, application(pilot))}").document
    letter = next(each for each in page.iter("article") if each.get("class") == "bp-doc")
    annex = next(letter.iter("details"))

    def marks(within):
        return [words_of(each).strip() for each in within.iter("span") if each.get("class") == "bp-exempel"]

    assert marks(annex) == ["Påhittat exempel", "påhittat exempel"]
    headings = [each for level in ("h3", "h4") for each in letter.iter(level)]
    assert all(len(marks(each)) <= 1 for each in headings)
    # Beside the headings: what the letter begins with, and what the annex begins with.
    assert len(marks(letter)) - sum(len(marks(each)) for each in headings) == 2


def test_who_took_part_is_ticked_or_written_and_a_dissent_is_written_in_for_who_has_no_account(pilot, as_):
    made = application(pilot)
    hear_nobody(pilot, made)
    jurist = actor_with(Role.ENHETSCHEF, pilot.authority)
    officer, colleague, url = as_(pilot.officer), as_(jurist), f"/ansokningar/{made.id}/forslag"
    page = officer.get(url)
    assert f"{jurist.name}, enhetschef" in page.text
    assert f'name="participants" type="checkbox" value="{pilot.officer.user_id}"' not in page.text
    taking_part = {"participants": str(jurist.user_id), "took_part": "Lo Exempel, tolk"}
    officer.post_form(url, amounts(pilot, based_on="", **taking_part))
    decision_id = committed().scalars(select(Decision.id)).one()
    db.close_read_session()

    letter = colleague.get(f"/beslut/{decision_id}").text
    assert f"{jurist.name}, enhetschef<br>Lo Exempel, tolk" in letter
    address = f"/beslut/{decision_id}/avvikande-mening"
    assert "whose" not in colleague.get(address).text
    assert "Lo Exempel, åt vilken du antecknar" in officer.get(address).text
    colleague.post_form(address, {"text": "Beloppet är för lågt."})
    refused = officer.post_form(address, {"text": "Skälen räcker inte.", "whose": "Någon Annan"})
    assert refused.status_code == 422
    assert "Välj någon av dem som deltog" in refused.text
    officer.post_form(address, {"text": "Skälen räcker inte.", "whose": "Lo Exempel"})
    letter = colleague.get(f"/beslut/{decision_id}").text
    assert f"{jurist.name}: Beloppet är för lågt." in letter
    assert f"Lo Exempel (antecknat av {pilot.officer.name}): Skälen räcker inte." in letter


def test_what_stands_in_a_proposal_that_nobody_has_made_is_said_to_be_no_proposal(pilot, as_):
    def page(status):
        made = application(pilot, status=status)
        found = as_(pilot.officer).get(f"/ansokningar/{made.id}/forslag")
        return found.text

    text = page(ApplicationStatus.SUBMITTED)
    assert "Inget är föreslaget förrän du sparar." in text
    text = page(ApplicationStatus.WITHDRAWN)
    assert "Ansökan prövas inte, så beloppen är 0." in text
    assert re.findall(r'data-sum="2021">([^<]*)<', text) == ["0", "0"]
    assert "Ansökan är återkallad och prövas inte." in text
    text = page(ApplicationStatus.SUPPLEMENT_REQUESTED)
    assert "Inget är föreslaget än." in text
    assert re.findall(r'data-sum="2021">([^<]*)<', text) == ["0", "0"]


def test_the_comparison_is_turned_and_its_sums_are_of_all(database, signed_in):
    """A page holds as much whether 60 or 160 have applied; an amount on one page is counted on the other."""
    of = plenty.ground(years=(2021, 2022))
    plenty.applications(of, 60)
    officer, address = signed_in(of.officer), f"/utlysningar/{of.call}/jamfor"

    def rows(page):
        return [row for body in page.document.iter("tbody") for row in body.iter("tr")]

    first, last = officer.get(address), officer.get(f"{address}?sida=2")
    assert (len(rows(first)), len(rows(last))) == (50, 10)
    foot = [words_of(next(each.iter("tfoot"))) for each in (first.document, last.document)]
    assert foot[0] == foot[1]
    plenty.applications(of, 100)
    much = officer.get(address)
    assert len(rows(much)) == 50
    assert len(much.data) < 1.1 * len(first.data)


def test_what_another_page_proposes_is_counted_and_kept(database, signed_in):
    of = plenty.ground(years=(2021, 2022))
    plenty.applications(of, 60)
    officer, address = signed_in(of.officer), f"/utlysningar/{of.call}/jamfor"

    def fields(page):
        return {each.get("name"): each.get("value") or "" for each in page.document.iter("input") if each.get("name")}

    def write(number):
        there = f"{address}?sida={number}"
        sent = fields(officer.get(there))
        row = next(name.removeprefix("b") for name in sent if name.startswith("b") and name[1:].isdigit())
        sent |= dict.fromkeys((name for name in sent if re.fullmatch(rf"\D+{row}_\d{{4}}", name)), "1000")
        answer = officer.post(there, data=sent)
        assert answer.status_code == 303
        assert answer.location.endswith("sida=2") == (number == 2)

    write(1), write(2)
    for number in (1, 2):
        page = officer.get(f"{address}?sida={number}").document
        assert [each.get("data-besides") for each in page.iter("output") if each.get("data-left") == "2021"] == ["1000"]
