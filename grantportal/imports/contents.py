"""A file by its content, read in a process of its own: the bytes come in, one line goes out.

Run as `python -I -m grantportal.imports.contents`: a file on standard input; on standard output a JSON object, either
`{"kind": …, "follows": […]}` or `{"refused": …, "detail": …}`. The process limits itself before it reads.
"""

import json
import re
import resource
import sys
import zipfile
from io import BytesIO

import puremagic

from grantportal.domain.attachments import (
    MEDIA_TYPES,
    AttachmentDetail,
    AttachmentKind,
    AttachmentRefusal,
    Inspected,
    Refused,
)
from grantportal.imports import contents_images, contents_office
from grantportal.imports.contained import HEAD, MARKUP, PACKED

MEMORY = 400 * 1024 * 1024
"""The most address space of the process, in bytes."""
PROCESSOR = 10
"""The most processor time, in seconds."""
_LIMITS = (
    (resource.RLIMIT_AS, MEMORY),
    (resource.RLIMIT_CPU, PROCESSOR),
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_CORE, 0),
)
_R = AttachmentRefusal
_K = AttachmentKind
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BEFORE_PDF = b"\xef\xbb\xbf\xff\xfe\r\n\t \x00"
_EMAIL = re.compile(rb"(received|return-path|message-id|mime-version|from|delivered-to|x-[a-z-]{1,40}):", re.IGNORECASE)


def examine(content: bytes) -> Inspected:
    """What the file is, in this process. Raises Refused with the reason."""
    recognised = _recognised(content)
    if recognised == MEDIA_TYPES[_K.PDF]:
        from grantportal.imports import contents_pdf  # takes longer to import than most files to read

        return contents_pdf.pdf(content.lstrip(_BEFORE_PDF))
    if recognised == MEDIA_TYPES[_K.PNG]:
        return contents_images.png(content)
    if recognised == MEDIA_TYPES[_K.JPG]:
        return contents_images.jpg(content)
    return contents_office.office(content)


def _recognised(content: bytes) -> str:
    """The media type by the content's signature. Raises Refused for what is never received."""
    if content.startswith(_COMPOUND):
        # Word and Excel put a document with a password into such a file too.
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Refused(_R.ENCRYPTED)
        if "__substg1.0_".encode("utf-16-le") in content:
            raise Refused(_R.UNKNOWN, AttachmentDetail.EMAIL)
        raise Refused(_R.OLD_OFFICE)
    try:
        found = {match.mime_type for match in puremagic.magic_string(content[:HEAD])}
    except (puremagic.PureError, ValueError):
        found = set()
    for media_type in (MEDIA_TYPES[_K.PNG], MEDIA_TYPES[_K.JPG]):
        if media_type in found:
            return media_type
    if content.startswith(PACKED):
        return "application/zip"
    head = content[:HEAD]
    if head.lstrip(_BEFORE_PDF).startswith(b"%PDF-"):
        return MEDIA_TYPES[_K.PDF]
    head = head.replace(b"\x00", b"").lower()
    if re.search(rb"<\s*svg\b", head):
        raise Refused(_R.SVG)
    if _EMAIL.match(head):
        raise Refused(_R.UNKNOWN, AttachmentDetail.EMAIL)
    if "text/html" in found or MARKUP.search(head):
        raise Refused(_R.HTML)
    if b"%pdf-" in head or (zipfile.is_zipfile(BytesIO(content)) and not content.startswith(b"PK")):
        raise Refused(_R.POLYGLOT)
    raise Refused(_R.UNKNOWN)


def _limit() -> None:
    for what, most in _LIMITS:
        hard = resource.getrlimit(what)[1]
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (limit, limit))


def _said(content: bytes) -> dict[str, object]:
    try:
        found = examine(content)
    except Refused as refused:
        return {"refused": refused.refusal, "detail": refused.detail}
    except MemoryError:
        return {"refused": _R.BOMB}
    except RecursionError:
        return {"refused": _R.UNREADABLE}
    return {"kind": found.kind, "follows": found.follows}


def main() -> None:
    """Read the file on standard input and say what it is."""
    _limit()
    sys.stdout.write(json.dumps(_said(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
