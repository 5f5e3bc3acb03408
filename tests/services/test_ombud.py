"""Ombudsansökan: from the public form to a decision, and from one ombud to the next."""

import email
import email.policy
import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from grantportal import db, worker
from grantportal.domain import clock
from grantportal.domain.accounts import Limits
from grantportal.domain.actors import APPLICANT_ROLES, Role
from grantportal.domain.attachments import FileStatus
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation
from grantportal.domain.ombud import ApplyForOmbud, Attached, OmbudBasis, Said, SupplementOmbud
from grantportal.domain.organisations import OrganisationKind
from grantportal.effects.files import SCAN
from grantportal.imports.attachments import inspect
from grantportal.models.accounts import MandateRow
from grantportal.models.cases import Case
from grantportal.models.ombud import OmbudApplication
from grantportal.models.portal import OutboxItem
from grantportal.models.records import Record, StoredFile
from grantportal.queries import ombud as queries
from grantportal.queries.accounts import actor_of, by_email
from grantportal.services import ombud
from grantportal.services.ombud import Receiving
from grantportal.settings import Settings
from tests.imports.attachment_files import pdf
from tests.support.casework import CallFactory
from tests.support.factories import MandateFactory, OrganisationFactory, person
from tests.support.ombud import HERE, asked
from tests.support.rows import committed, events_of

pytestmark = pytest.mark.usefixtures("database")
PDF = Attached(pdf())
MOST = 2


@pytest.fixture(autouse=True)
def on_the_day():
    with clock.at(datetime(2020, 5, 4, 9, 30, tzinfo=UTC)):
        yield


@pytest.fixture
def region():
    return OrganisationFactory(name="Region Egen")


@pytest.fixture
def officer():
    found = actor_of(person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY)).id)
    db.close_read_session()
    return found


@pytest.fixture
def settings(tmp_path):
    return Settings(instance=tmp_path, secret_key="tests", public_url="https://bidrag.example.se")


def row(application_id):
    return committed().get_one(OmbudApplication, application_id)


def titles(application_id):
    about = select(Record.title).where(Record.case_id == row(application_id).case_id).order_by(Record.number)
    return list(committed().scalars(about))


def mails(settings):
    worker.drain(settings)
    files = sorted(settings.mail.glob("*.eml"))
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]


def test_it_gets_a_case_with_a_number_and_a_receipt(region, settings):
    application_id = asked(region)

    case = committed().get_one(Case, row(application_id).case_id)
    assert case.registration_number
    assert titles(application_id) == ["Ansökan om ombud", "Kvitto"]
    [letter] = mails(settings)
    assert letter["To"] == "olle@example.se"
    assert f"/ombudsansokan/{application_id}/" in letter.get_content()
    assert case.registration_number in letter.get_content()


def test_a_decision_makes_the_person_an_ombud_with_a_link(region, officer, settings):
    application_id = asked(region)
    mandate_id = ombud.approve(officer, application_id, MOST)

    olle = by_email("olle@example.se")
    assert actor_of(olle.id).roles == {Role.OMBUD}
    assert titles(application_id)[-1] == "Beslut om ombud"
    assert events_of(row(application_id)) == ["ombud_application.received", "ombud_application.approved"]
    assert events_of(committed().get_one(MandateRow, mandate_id)) == ["mandate.granted"]
    assert any("/valkommen/" in letter.get_content() for letter in mails(settings))


def test_more_is_asked_for_and_answered(region, officer, tmp_path):
    application_id = asked(region)
    ombud.ask(officer, application_id, Said("Skicka fullmakten."))
    with pytest.raises(RuleViolation):
        ombud.approve(officer, application_id, MOST)
    ombud.supplement(application_id, Receiving(tmp_path, inspect), SupplementOmbud("Här är den.", PDF))
    with pytest.raises(RuleViolation):
        ombud.supplement(application_id, Receiving(tmp_path, inspect), SupplementOmbud("En gång till."))
    ombud.approve(officer, application_id, MOST)

    assert titles(application_id)[2:] == [
        "Begäran om komplettering",
        "Svar på komplettering",
        "Bilaga till kompletteringen",
        "Beslut om ombud",
    ]


def test_it_is_closed_with_a_reason_and_nobody_becomes_an_ombud(region, officer):
    application_id = asked(region)
    ombud.close(officer, application_id, Said("Fullmakten gäller inte."))

    assert queries.followed(application_id).closed_because == "Fullmakten gäller inte."
    assert by_email("olle@example.se") is None
    with pytest.raises(RuleViolation, match="redan avgjord"):
        ombud.approve(officer, application_id, MOST)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.HANDLAGGARE} - APPLICANT_ROLES))
def test_only_a_handlaggare_decides(region, role):
    application_id = asked(region)
    who = actor_of(person(role, OrganisationFactory(kind=OrganisationKind.AUTHORITY)).id)
    db.close_read_session()
    for act in (lambda: ombud.approve(who, application_id, MOST), lambda: ombud.close(who, application_id, Said("x"))):
        with pytest.raises((NoRight, NotVisible)):
            act()


def test_an_organisation_does_not_approve_its_own_ombud(region):
    application_id = asked(region)
    own = actor_of(person(Role.OMBUD, region).id)
    neighbour = actor_of(person(Role.OMBUD, OrganisationFactory()).id)
    db.close_read_session()
    with pytest.raises(NoRight):
        ombud.approve(own, application_id, MOST)
    with pytest.raises(NotVisible):
        ombud.approve(neighbour, application_id, MOST)


def test_not_more_ombud_than_the_setting_says(region, officer):
    MandateFactory(organisation_id=region.id)
    MandateFactory(organisation_id=region.id, valid_from=date(2020, 6, 1))
    with pytest.raises(RuleViolation, match="redan 2 ombud, och högst 2"):
        ombud.approve(officer, asked(region), MOST)


def test_a_handed_over_mandate_ends_when_the_next_is_approved(region, officer, tmp_path):
    old = MandateFactory(organisation_id=region.id)
    MandateFactory(organisation_id=region.id)
    who = actor_of(old.user_id)
    command = ApplyForOmbud(
        region.id,
        CallFactory().grant_id,
        "Ny Exempel",
        "ny@example.se",
        "Chef",
        OmbudBasis.DELEGATION,
        date(2020, 5, 4),
    )
    db.close_read_session()
    application_id = ombud.hand_over(who, Receiving(tmp_path, inspect), command)
    db.close_read_session()
    assert actor_of(old.user_id).roles == {Role.OMBUD}
    db.close_read_session()

    ombud.approve(officer, application_id, MOST)

    db.close_read_session()
    assert actor_of(old.user_id).roles == set()
    assert events_of(old) == ["mandate.ended"]
    assert actor_of(by_email("ny@example.se").id).roles == {Role.OMBUD}


@pytest.mark.parametrize("role", sorted(APPLICANT_ROLES - {Role.OMBUD}))
def test_only_an_ombud_hands_over(region, role, tmp_path):
    who = actor_of(person(role, region).id)
    command = ApplyForOmbud(
        region.id,
        CallFactory().grant_id,
        "Ny Exempel",
        "ny@example.se",
        "Chef",
        OmbudBasis.DELEGATION,
        date(2020, 5, 4),
    )
    db.close_read_session()
    with pytest.raises(NoRight):
        ombud.hand_over(who, Receiving(tmp_path, inspect), command)


def handed_over(old, region, folder, address):
    """The id of what the ombud asks for when somebody with this address is to take over."""
    who, grant_id = actor_of(old.user_id), CallFactory().grant_id
    db.close_read_session()
    command = ApplyForOmbud(region.id, grant_id, "Ny", address, "Chef", OmbudBasis.DELEGATION, date(2020, 5, 4))
    return ombud.hand_over(who, Receiving(folder, inspect), command)


def test_who_takes_over_is_somebody_who_is_not_an_ombud_already(region, tmp_path):
    old, other = MandateFactory(organisation_id=region.id), MandateFactory(organisation_id=region.id)
    gone = MandateFactory(organisation_id=region.id, valid_to=date(2020, 5, 3))
    elsewhere = MandateFactory(organisation_id=OrganisationFactory().id)
    for address, sentence in (
        (old.user.email.upper(), "Du är redan ombud. Skriv vem som ska ta över."),
        (
            other.user.email,
            f"{other.user.name} är redan ombud för Region Egen. Vill du sluta kan du avsluta ditt eget uppdrag på "
            "organisationens sida.",
        ),
    ):
        with pytest.raises(RuleViolation) as refusal:
            handed_over(old, region, tmp_path, address)
        assert (str(refusal.value), refusal.value.field) == (sentence, "email")
        db.close_read_session()
    assert handed_over(old, region, tmp_path, gone.user.email)
    db.close_read_session()
    assert handed_over(other, region, tmp_path, elsewhere.user.email)


def test_a_mandate_is_handed_over_to_one_at_a_time(region, officer, tmp_path):
    old, other = MandateFactory(organisation_id=region.id), MandateFactory(organisation_id=region.id)
    first = handed_over(old, region, tmp_path, "en@example.se")
    number = committed().get_one(Case, row(first).case_id).registration_number
    for status in ("received", "asked"):
        db.close_read_session()
        with pytest.raises(RuleViolation, match=f"redan ansökt om att lämna över.*{number}"):
            handed_over(old, region, tmp_path, f"{status}@example.se")
        if status == "received":
            ombud.ask(officer, first, Said("Vem är det?"))
    db.close_read_session()
    assert handed_over(other, region, tmp_path, "andra@example.se")

    ombud.close(officer, first, Said("Fel person."))
    db.close_read_session()
    assert handed_over(old, region, tmp_path, "ny@example.se")


def test_the_last_day_is_today_or_later(region, officer):
    week = date(2020, 4, 27)
    assert asked(region, valid_from=week, valid_to=date(2020, 5, 4))
    with pytest.raises(RuleViolation) as refusal:
        asked(region, valid_from=week, valid_to=date(2020, 5, 3))
    assert refusal.value.field == "valid_to"
    assert str(refusal.value).startswith("Sista dagen har redan passerat.")

    waiting = asked(region, valid_from=week, valid_to=date(2020, 5, 5))
    with clock.at(datetime(2020, 5, 6, 9, 30, tzinfo=UTC)), pytest.raises(RuleViolation, match="Begär komplettering"):
        ombud.approve(officer, waiting, MOST)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"basis": OmbudBasis.FULLMAKT}, "file"),
        ({"attached": Attached(b"PK inte en pdf")}, "file"),
        ({"attached": Attached(b"%PDF-" + bytes(10 * 1024 * 1024))}, "file"),
        ({"valid_to": date(2020, 5, 3)}, "valid_to"),
        ({"email": "ingen adress"}, "email"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(region, values, field):
    with pytest.raises(RuleViolation) as refusal:
        asked(region, **values)
    assert refusal.value.field == field


def test_the_fullmakt_is_read_byte_for_byte_by_those_who_may(region, settings, officer):
    application_id = asked(region, folder=settings.files, basis=OmbudBasis.FULLMAKT, attached=PDF)
    record = committed().scalars(select(Record).where(Record.file_id.is_not(None))).one()
    neighbour = actor_of(person(Role.OMBUD, OrganisationFactory()).id)
    db.close_read_session()

    name, media_type, content = worker.document(settings, record.id, officer)
    assert (media_type, content) == ("application/pdf", PDF.content)
    assert re.fullmatch(r"[\w-]+\.pdf", name)
    assert worker.document(settings, record.id, neighbour) is None
    assert titles(application_id)[1] == "Fullmakt"


def test_an_address_asks_a_few_times_only(region, tmp_path):
    command = ApplyForOmbud(
        region.id, CallFactory().grant_id, "Olle", "olle@example.se", "Chef", OmbudBasis.DELEGATION, date(2020, 5, 4)
    )
    for _ in range(2):
        db.close_read_session()
        ombud.apply(HERE, Limits(2, 2, 15), Receiving(tmp_path, inspect), command)
    with pytest.raises(RuleViolation, match="för många försök"):
        ombud.apply(HERE, Limits(2, 2, 15), Receiving(tmp_path, inspect), command)


@pytest.mark.parametrize(("scan", "status"), [(True, FileStatus.WAITING), (False, FileStatus.READY)])
def test_a_fullmakt_waits_to_be_scanned_where_files_are(region, tmp_path, scan, status):
    asked(region, folder=tmp_path, basis=OmbudBasis.FULLMAKT, attached=PDF, scan=scan)

    [file] = committed().scalars(select(StoredFile)).all()
    assert file.status is status
    assert [each.kind for each in committed().scalars(select(OutboxItem))].count(SCAN) == scan
