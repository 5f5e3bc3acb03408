"""Keys outside the database: for their owner only, made once, and never made up where one has been lost."""

import pytest
from click.testing import CliRunner

from grantportal import cli
from grantportal.keyring import HISTORY, SECRETS, KeyMissing, Keyring, write_once


@pytest.fixture
def keyring(tmp_path):
    made = Keyring(tmp_path / "keys")
    made.make()
    return made


def test_there_is_one_of_each_for_their_owner_only(keyring):
    assert keyring.folder.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in keyring.folder.iterdir()} == {"history.1.key", "secrets.1.key"}
    assert {path.stat().st_mode & 0o777 for path in keyring.folder.iterdir()} == {0o600}
    assert keyring.newest(HISTORY).content != keyring.newest(SECRETS).content
    assert keyring.newest(HISTORY).id != keyring.newest(SECRETS).id


def test_made_again_they_are_the_same(keyring):
    before = keyring.newest(HISTORY)
    keyring.make()

    assert keyring.all(HISTORY) == [before]


def test_a_new_one_is_used_and_the_old_one_kept(keyring):
    before = keyring.newest(SECRETS)
    for number in range(2, 12):
        assert keyring.add(SECRETS) == number

    assert [key.number for key in keyring.all(SECRETS)] == list(range(11, 0, -1))
    assert keyring.all(SECRETS)[-1] == before


def test_a_lost_one_is_missed_and_not_made_up(keyring):
    (keyring.folder / "history.1.key").unlink()

    with pytest.raises(KeyMissing, match=r"Nyckeln history saknas i .* Lägg tillbaka den ur säkerhetskopian"):
        keyring.newest(HISTORY)
    assert not (keyring.folder / "history.1.key").exists()


@pytest.mark.parametrize("content", ["", "00ff", "no key at all", "å"])
def test_one_that_is_broken_is_told(keyring, content):
    (keyring.folder / "history.1.key").write_text(content)

    with pytest.raises(KeyMissing, match="är tom eller förstörd"):
        keyring.all(HISTORY)


def test_what_is_written_once_is_not_written_over(tmp_path):
    write_once(tmp_path / "kept", "first")
    write_once(tmp_path / "kept", "second")

    assert (tmp_path / "kept").read_text() == "first"
    assert [each.name for each in tmp_path.iterdir()] == ["kept"]


def test_the_command_says_where_the_new_one_lies(tmp_path, monkeypatch):
    monkeypatch.setenv("GRANTPORTAL_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("GRANTPORTAL_KEYS_DIR", str(tmp_path / "elsewhere"))
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "secret_key").write_text("s" * 32)

    told = CliRunner().invoke(cli.main, ("keys", "add", "history"))

    assert told.output == f"Nyckel 1 av history ligger i {tmp_path / 'elsewhere'}. De äldre behövs fortfarande.\n"
    assert Keyring(tmp_path / "elsewhere").newest(HISTORY).number == 1
