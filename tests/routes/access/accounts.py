"""Signing in, the own account, and organisations."""

import secrets
from datetime import timedelta
from typing import Any

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.keyring import Keyring
from grantportal.keys import invitation_purpose, key_for
from grantportal.models.accounts import Invitation, OneTimeLink, SignInSession, User
from grantportal.queries.accounts import key_hash
from grantportal.sealing import Sealer
from grantportal.services import accounts
from tests.routes.access import AUTHORITY, EVERYBODY, REGION, SIGNED_IN, Row
from tests.routes.access.world import World
from tests.support import run
from tests.support.factories import MandateFactory, UserFactory
from tests.support.rows import saved

SEALER = Sealer(Keyring(run.folder() / f"instance-{run.worker()}" / "keys"))
"""Seals as the tests' portal does."""


def one_time_link(world: World) -> dict[str, str]:
    """A link that somebody has been given."""
    now = clock.real_now()
    with db.writing_session() as session, session.begin():
        user = session.get_one(User, world.users["ombud"].id)
        number = session.query(OneTimeLink).count()
        key = f"link-{number}"
        session.add(
            OneTimeLink(key_sha256=key_hash(key), user_id=user.id, created_at=now, ends_at=now + timedelta(hours=1))
        )
    return {"key": key}


def waiting_for_a_first_code(world: World) -> dict[str, str]:
    """Everybody has begun to set up an app with engångskoder."""
    with db.writing_session() as session, session.begin():
        for user in world.users.values():
            sealed = SEALER.seal(user.id, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
            session.get_one(User, user.id).totp_secret = sealed
    return {}


def an_ombuds_session(world: World) -> dict[str, int]:
    """A session of one of the persons, in another browser."""
    key = accounts.open_session(world.users["ombud"].id, hours=1)
    with db.writing_session() as session:
        found = session.query(SignInSession).filter_by(key_sha256=key_hash(key)).one()
        return {"session_id": found.id}


def given(world: World) -> dict[str, int]:
    """A behörighet as uppgiftssamordnare of somebody who has not chosen a password yet."""
    return {"mandate_id": MandateFactory(organisation_id=world.region.id, role=Role.UPPGIFTSSAMORDNARE).id}


def invitation(_world: World, _own: Any) -> dict[str, str]:
    """A lawful one: of somebody new each time."""
    return {
        "name": "Ny Exempel",
        "email": f"ny-{secrets.token_hex(4)}@example.se",
        "role": "uppgiftssamordnare",
        "case": "",
        "valid_from": clock.today().isoformat(),
        "valid_to": "",
    }


def wrong(_world: World, _own: Any) -> dict[str, str]:
    """An account that does not exist, another each time: one of them would run out of attempts."""
    return {"email": f"ingen-{secrets.token_hex(4)}@example.se", "password": "fel"}


def asked(world: World) -> Invitation:
    """Somebody new is asked to take a behörighet in the region."""
    return saved(
        Invitation(
            organisation_id=world.region.id,
            role=Role.UPPGIFTSSAMORDNARE,
            name="Ny Exempel",
            email=f"ny-{secrets.token_hex(4)}@example.se",
            valid_from=clock.today(),
            invited_by_id=world.users["ombud"].id,
            invited_at=clock.now(),
        )
    )


def with_its_link(world: World) -> dict[str, Any]:
    """An invitation and the key of its link."""
    number = asked(world).id
    return {"invitation_id": number, "key": key_for("tests", invitation_purpose(number))}


INVITERS = {"ombud", "representant"}
PASSWORD = "korrekt häst batteri"

ROWS = {
    "accounts.sign_in": Row(EVERYBODY, data=wrong),
    # Between password and engångskod; who has neither begun is led to the beginning.
    "accounts.code": Row(SIGNED_IN),
    "accounts.sign_out": Row(EVERYBODY),
    "accounts.one_time": Row(
        EVERYBODY, thing=one_time_link, shared=True, data={"password": PASSWORD, "again": PASSWORD}
    ),
    "accounts.show": Row(SIGNED_IN),
    "accounts.session_left": Row(SIGNED_IN, reads=EVERYBODY),
    "accounts.back": Row(SIGNED_IN),
    "accounts.start_totp": Row(SIGNED_IN),
    "accounts.totp": Row(SIGNED_IN, data={"code": "000000"}),
    "accounts.stop_totp": Row(SIGNED_IN, data={"code": "000000"}),
    "accounts.change_password": Row(SIGNED_IN, data={"current": PASSWORD, "password": PASSWORD, "again": PASSWORD}),
    "accounts.end_session": Row({"ombud"}, thing=an_ombuds_session, unseen=SIGNED_IN - {"ombud"}),
    "accounts.end_other_sessions": Row(SIGNED_IN),
    "accounts.close": Row({"administrator"}, thing=lambda _world: {"user_id": UserFactory().id}, shared=True),
    "accounts.qr": Row(SIGNED_IN, thing=waiting_for_a_first_code, shared=True),
    "organisations.own": Row(SIGNED_IN),
    "organisations.index": Row(AUTHORITY),
    "organisations.show": Row(
        REGION | AUTHORITY,
        thing=lambda world: {"organisation_id": world.region.id},
        unseen={"samrad", "utvarderare"},
    ),
    "organisations.invite": Row(
        INVITERS,
        thing=lambda world: {"organisation_id": world.region.id},
        data=invitation,
        unseen={"samrad", "utvarderare"},
    ),
    "organisations.mailbox": Row(
        {"ombud"},
        thing=lambda world: {"organisation_id": world.region.id},
        data={"mailbox": "b@example.se"},
        unseen={"samrad", "utvarderare"},
    ),
    "invitations.show": Row(
        EVERYBODY, thing=with_its_link, shared=True, data={"password": PASSWORD, "again": PASSWORD}
    ),
    "invitations.decline": Row(EVERYBODY, thing=with_its_link, shared=True),
    "invitations.withdraw": Row(
        INVITERS, thing=lambda world: {"invitation_id": asked(world).id}, unseen={"samrad", "utvarderare"}
    ),
    "organisations.end": Row(INVITERS, thing=given, unseen={"samrad", "utvarderare"}),
    "organisations.send_link": Row(INVITERS, thing=given, unseen={"samrad", "utvarderare"}),
}
