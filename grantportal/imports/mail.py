"""Messages that were written to a folder because there is no mail server, as rows."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from email import policy
from email.parser import BytesParser
from pathlib import Path

MOST = 100


@dataclass(frozen=True)
class Message:
    """A message as its reader would have got it."""

    subject: str
    to: str
    sent_at: datetime | None
    text: str


KEY = re.compile(r"(https?://\S*?/)[A-Za-z0-9._~-]{20,}(?=[/?#\s]|$)")
"""What of an address opens something: a part that is too long to be a word."""
HIDDEN = "(länken visas inte)"


def without_keys(message: Message) -> Message:
    """The message with nothing in it that lets its reader in: for somebody else than whom it is to."""
    return replace(message, text=KEY.sub(rf"\1{HIDDEN}", message.text))


def messages(folder: Path) -> list[Message]:
    """The newest messages first, at most a hundred."""
    files = sorted(folder.glob("*.eml"), key=lambda file: (file.stat().st_mtime, file.name), reverse=True)[:MOST]
    return [_read(file.read_bytes()) for file in files]


def _read(content: bytes) -> Message:
    read = BytesParser(policy=policy.default).parsebytes(content)
    body = read.get_body(("plain",))
    date = read["date"]
    return Message(
        subject=str(read["subject"] or ""),
        to=str(read["to"] or ""),
        sent_at=date.datetime if date is not None else None,
        text=body.get_content().strip() if body is not None else "",
    )
