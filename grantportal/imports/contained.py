"""What the readers of all kinds of files ask: how much packed bytes become, and whether a file is two things at once."""

import re
import zipfile
import zlib
from io import BytesIO

from grantportal.domain.attachments import AttachmentRefusal, Refused

STEP = 1024 * 1024
"""How many bytes are unpacked at a time."""
HEAD = 4_096
PACKED = b"PK\x03\x04"
MARKUP = re.compile(rb"<\s*(script|html|svg|iframe|body)\b|<!doctype|<\?php|javascript:", re.IGNORECASE)


def ensure_nothing_more(content: bytes) -> None:
    """An image or a pdf that can also be opened as an archive or another pdf is not only what it says. Raises Refused."""
    if zipfile.is_zipfile(BytesIO(content)) or b"%PDF-" in content[5:HEAD] or PACKED in content[:HEAD]:
        raise Refused(AttachmentRefusal.POLYGLOT)


def ensure_unpacks(data: bytes, most: int) -> int:
    """How many bytes the packed data becomes; none of them are kept. Raises Refused when they are more than `most`.

    What is broken ends where it breaks.
    """
    unpacker, made = zlib.decompressobj(), 0
    try:
        while not unpacker.eof and data:
            part = unpacker.decompress(data, STEP)
            made += len(part)
            if made > most:
                raise Refused(AttachmentRefusal.BOMB)
            data = unpacker.unconsumed_tail
    except zlib.error:
        pass
    return made
