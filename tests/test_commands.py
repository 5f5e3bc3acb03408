"""The `grantportal` command, as an operator types it."""

import pytest
from click.testing import CliRunner

from grantportal import cli, db, demonstration, server
from grantportal.domain import clock
from grantportal.keyring import Keyring
from grantportal.models.accounts import User
from grantportal.queries import accounts, organisations, portal
from grantportal.sealing import Sealer
from grantportal.services import demonstration as services
from tests.support.factories import UserFactory
from tests.support.rows import committed

pytestmark = pytest.mark.usefixtures("quick_passwords")


@pytest.fixture
def command(database, tmp_path, monkeypatch):
    """Run a command against the test's database."""
    monkeypatch.setenv("GRANTPORTAL_INSTANCE", str(tmp_path))
    monkeypatch.setenv("GRANTPORTAL_DATABASE_URL", database.url)
    monkeypatch.setenv("GRANTPORTAL_SECRET_KEY", "s" * 32)
    monkeypatch.setenv("GRANTPORTAL_PUBLIC_URL", "https://portal.example.se/")

    def run(*words):
        db.close_read_session()
        result = CliRunner().invoke(cli.main, words)
        db.close_read_session()
        return result

    yield run
    clock.move_by(lambda: 0)


@pytest.fixture
def served(monkeypatch):
    """What would have been served; the demonstration's story is left out."""
    servings = []
    monkeypatch.setattr(demonstration, "load", lambda until: services.mark())
    monkeypatch.setattr(server.Server, "run", lambda self: servings.append(self.cfg.bind))
    return servings


def test_a_real_installation_is_entered_by_its_first_person(command, client):
    assert command("db", "upgrade").exit_code == 0
    assert "232100-0255\tRegion Skåne\tregion" in command("organisation", "list").output

    created = command("user", "create", "anna@example.se", "Anna Exempel")
    granted = command("user", "grant", "anna@example.se", "administrator", "202100-0555", "--from", "2020-01-01")

    assert granted.output == "anna@example.se är administratör från och med 1\u00a0januari\u00a02020.\n"
    link = created.output.split()[-1]
    assert link.startswith("https://portal.example.se/valkommen/")
    path = link.removeprefix("https://portal.example.se")
    password = "korrekt häst batteri"
    assert client.post_form(path, {"password": password, "again": password}).status_code == 303
    assert "administratör" in client.get("/konto").text
    assert (
        "anna@example.se\tAnna Exempel\tSocialstyrelsen\tadministratör\thar valt lösenord"
        in command("user", "list").output
    )


def test_a_mandate_is_taken_back_at_once_and_once(command):
    command("db", "upgrade")
    command("user", "create", "anna@example.se", "Anna Exempel")
    command("user", "grant", "anna@example.se", "ombud", "Region Skåne")
    assert "\tombud\t" in command("user", "list").output

    words = ("user", "end", "anna@example.se", "ombud", "Region Skåne")
    assert command(*words).output == "anna@example.se är inte längre ombud.\n"
    assert "\tombud\t" not in command("user", "list").output
    again = command(*words)
    assert again.exit_code == 1
    assert "Anna Exempel är inte ombud i Region Skåne." in again.output


def test_upgrading_twice_changes_nothing(command):
    command("db", "upgrade")
    before = organisations.numbers()
    command("db", "upgrade")

    assert organisations.numbers() == before
    assert len(before) == 22


def test_the_way_back_says_what_the_older_portal_cannot_show(command, monkeypatch):
    monkeypatch.setattr(cli.migrate, "downgrade", lambda revision: ("events.kind: report.opened",))

    result = command("db", "downgrade", "0019")

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "Databasen är på version 0019.",
        "Rader som den äldre portalen inte kan visa:",
        "  events.kind: report.opened",
        "Lägg tillbaka säkerhetskopian innan den äldre portalen startas, eller uppdatera igen.",
    ]


def test_an_account_is_closed_once(command):
    command("db", "upgrade")
    command("user", "create", "anna@example.se", "Anna Exempel")

    assert command("user", "close", "anna@example.se").output == "Kontot anna@example.se är avslutat.\n"
    assert "Det finns inget konto" in command("user", "close", "anna@example.se").output
    assert "anna@example.se" not in command("user", "list").output


def test_what_lies_open_is_encrypted_when_the_schema_is_brought_forward_and_anew_on_demand(command, tmp_path):
    command("db", "upgrade")
    user = UserFactory(totp_secret="JBSWY3DPEHPK3PXP")
    sealer = Sealer(Keyring(tmp_path / "keys"))

    command("db", "upgrade")
    assert sealer.open(user.id, committed().get_one(User, user.id).totp_secret) == "JBSWY3DPEHPK3PXP"

    command("keys", "add", "secrets")
    assert command("keys", "reseal").output == "1 hemligheter är krypterade med den nyaste nyckeln.\n"
    (tmp_path / "keys" / "secrets.1.key").unlink()
    assert sealer.open(user.id, committed().get_one(User, user.id).totp_secret) == "JBSWY3DPEHPK3PXP"

    (tmp_path / "keys" / "secrets.2.key").unlink()
    assert "Lägg tillbaka nycklarna ur säkerhetskopian." in command("keys", "reseal").output


def test_a_reset_gives_a_new_link(command):
    command("user", "create", "anna@example.se", "Anna Exempel")
    reset = command("user", "reset", "anna@example.se", "--second-factor")

    assert accounts.link_shown(reset.output.split()[-1].rpartition("/")[2]).name == "Anna Exempel"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("user", "create", "anna", "Anna"), "Skriv en e-postadress"),
        (("user", "grant", "ingen@example.se", "ombud", "Region Skåne"), "inget konto"),
        (("user", "end", "ingen@example.se", "ombud", "Region Skåne"), "inget konto"),
        (("user", "reset", "ingen@example.se"), "inget konto"),
    ],
)
def test_a_refusal_is_told(command, words, says):
    result = command(*words)

    assert result.exit_code == 1
    assert says in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "portal.example.se"])
def test_the_demonstration_is_not_served_to_others(command, served, monkeypatch, host):
    monkeypatch.setenv("GRANTPORTAL_DEMONSTRATION", "1")

    refused = command("serve", "--host", host)

    assert refused.exit_code == 1
    assert "bara visas på den egna datorn" in refused.output
    assert served == []


def test_the_demonstrations_content_is_not_served_as_real(command, served, monkeypatch):
    monkeypatch.setenv("GRANTPORTAL_DEMONSTRATION", "1")
    assert command("serve").exit_code == 0
    monkeypatch.setenv("GRANTPORTAL_DEMONSTRATION", "0")

    refused = command("serve")

    assert refused.exit_code == 1
    assert "påhittade" in refused.output
    assert len(served) == 1


def test_real_content_does_not_become_a_demonstration(command, served, monkeypatch):
    command("db", "upgrade")
    command("user", "create", "anna@example.se", "Anna Exempel")
    monkeypatch.setenv("GRANTPORTAL_DEMONSTRATION", "1")

    refused = command("serve")

    assert refused.exit_code == 1
    assert "riktig installation" in refused.output
    assert served == []
    assert not portal.is_demonstration()


def test_serving_the_demonstration_says_where_and_who(command, served, monkeypatch):
    monkeypatch.setenv("GRANTPORTAL_DEMONSTRATION", "1")

    said = command("serve", "--port", "5055").output

    assert "http://127.0.0.1:5055/demonstration" in said
    assert "Karin Exempel, ombud, Region Skåne" in said
    assert served == [["127.0.0.1:5055"]]
