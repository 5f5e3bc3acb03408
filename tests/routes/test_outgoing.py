"""The administrator's page of mail that was written to files: what lets a reader in is not shown."""

from grantportal import worker
from grantportal.domain import clock
from grantportal.domain.accounts import Invite
from grantportal.domain.actors import Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.imports.mail import HIDDEN, Message, messages, without_keys
from grantportal.queries import accounts
from grantportal.services import mandates
from tests.support.factories import OrganisationFactory, person
from tests.support.ombud import asked


def test_no_link_that_opens_anything_is_shown(signed_in, app, database):
    region = OrganisationFactory()
    ombud = person(Role.OMBUD, region)
    command = Invite("Ny", "ny@example.se", Role.REPRESENTANT, None, clock.today())
    mandates.invite(accounts.actor_of(ombud.id), region.id, command)
    asked(region)
    settings = app.config["PORTAL"]
    worker.drain(settings)
    opening = [
        word
        for message in messages(settings.mail)
        for word in message.text.split()
        if "/inbjudan/" in word or "/ombudsansokan/" in word
    ]
    assert len(opening) >= 2

    page = signed_in(person(Role.ADMINISTRATOR, OrganisationFactory(kind=OrganisationKind.AUTHORITY))).get(
        "/skickad-e-post/"
    )

    assert [link for link in opening if link in page.text or link.rpartition("/")[2] in page.text] == []
    assert HIDDEN in page.text
    assert "/meddelanden" in page.text, "what opens nothing by itself is shown"


def test_what_is_too_long_to_be_a_word_is_hidden_and_nothing_else():
    link = "https://ett-langt-namn-pa-portalen.example.se"
    text = f"{link}/valkommen/{'aB3-_' * 8}\n{link}/ombudsansokan/7/2027-01-01.{'x' * 43}?a=1 {link}/om/hjalp#kontakt"
    assert without_keys(Message("", "", None, text)).text == (
        f"{link}/valkommen/{HIDDEN}\n{link}/ombudsansokan/7/{HIDDEN}?a=1 {link}/om/hjalp#kontakt"
    )
