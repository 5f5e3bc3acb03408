"""What the database keeps secret is encrypted with keys that lie outside it, and holds for the person that it was made for only."""

import base64
import json
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from grantportal.keyring import SECRETS, Keyring


class SealBroken(Exception):
    """What is stored was not sealed for this person with any of the keys that are there."""


@dataclass(frozen=True)
class Sealer:
    """Seals and opens with the keys of the ring, read each time: a new one is used without a restart."""

    keyring: Keyring

    def seal(self, user_id: int, secret: str) -> str:
        """The person's secret as it is stored. Raises KeyMissing."""
        return self._keys().encrypt(json.dumps([user_id, secret]).encode()).decode("ascii")

    def open(self, user_id: int, sealed: str) -> str:
        """The person's secret. Raises SealBroken, also for one that was sealed for another person, and KeyMissing."""
        try:
            whose, secret = json.loads(self._keys().decrypt(sealed.encode()))
        except InvalidToken as error:
            raise SealBroken(f"the secret of user {user_id}") from error
        if whose != user_id:
            raise SealBroken(f"the secret of user {user_id} is that of another")
        return str(secret)

    def is_sealed(self, stored: str) -> bool:
        """Whether it has been sealed at all, rather than stored by an older portal as it is."""
        return stored.startswith("gAAAA")

    def _keys(self) -> MultiFernet:
        # The newest first: it seals, and all of them open.
        return MultiFernet([Fernet(base64.urlsafe_b64encode(key.content[:32])) for key in self.keyring.all(SECRETS)])
