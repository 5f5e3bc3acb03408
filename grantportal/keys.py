"""Keys that follow from the portal's secret: a link can be made again, and nothing that opens it is stored."""

import base64
import hmac


def key_for(secret: str, purpose: str) -> str:
    """The key for this purpose, the same each time."""
    digest = hmac.digest(secret.encode(), purpose.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_key_for(secret: str, purpose: str, key: str) -> bool:
    """Whether the key is the one, compared in constant time."""
    return hmac.compare_digest(key_for(secret, purpose).encode(), key.encode())


def ombud_purpose(application_id: int) -> str:
    """What the link to an ombudsansökan opens."""
    return f"ombud application {application_id}"
