"""Keys that follow from the portal's secret: a link can be made again, and nothing that opens it is stored."""

import base64
import hmac
from datetime import date, timedelta


def key_for(secret: str, purpose: str) -> str:
    """The key for this purpose, the same each time."""
    digest = hmac.digest(secret.encode(), purpose.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_key_for(secret: str, purpose: str, key: str) -> bool:
    """Whether the key is the one, compared in constant time."""
    return hmac.compare_digest(key_for(secret, purpose).encode(), key.encode())


OMBUD_LINK_DAYS = 90


def ombud_key(secret: str, application_id: int, today: date) -> str:
    """The key of a link to an ombudsansökan: it opens it for ninety days."""
    until = (today + timedelta(days=OMBUD_LINK_DAYS)).isoformat()
    return f"{until}.{key_for(secret, _ombud_purpose(application_id, until))}"


def ombud_link_until(secret: str, application_id: int, key: str) -> date | None:
    """The last day of the link with this key, or None when it is no key to the ombudsansökan."""
    until, _, signature = key.partition(".")
    return date.fromisoformat(until) if is_key_for(secret, _ombud_purpose(application_id, until), signature) else None


def _ombud_purpose(application_id: int, until: str) -> str:
    return f"ombud application {application_id} until {until}"


def device_cookie(secret: str, email: str) -> str:
    """The name of the cookie that a browser keeps for an account it has signed in to: it tells nobody which account."""
    return f"bp_device_{key_for(secret, f'device cookie {email}')[:12]}"


def device_mark(secret: str, email: str, device: str) -> str:
    """The value of that cookie: what names the device, and the portal's signature that it has signed in to the account."""
    return f"{device}.{key_for(secret, f'device {email} {device}')}"


def device_in(secret: str, email: str, mark: str) -> str:
    """What names the device, when the mark is one that the portal made for the account; else empty."""
    device, _, signature = mark.partition(".")
    return device if device and is_key_for(secret, f"device {email} {device}", signature) else ""


def invitation_purpose(invitation_id: int) -> str:
    """What the link to an invitation opens."""
    return f"answer to invitation {invitation_id}"
