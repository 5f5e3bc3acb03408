"""Png and jpg: the picture is whole, is not far larger than its file, and is nothing else besides."""

import struct
import zlib

from grantportal.domain.attachments import (
    MOST_PIXELS,
    MOST_UNPACKED,
    AttachmentKind,
    AttachmentRefusal,
    Follows,
    Inspected,
    Refused,
)
from grantportal.imports.contained import MARKUP, PACKED, STEP, ensure_nothing_more, ensure_unpacks

_R = AttachmentRefusal
_K = AttachmentKind
_PNG = b"\x89PNG\r\n\x1a\n"


def png(content: bytes) -> Inspected:
    place, pixels, most, unpacker, made = len(_PNG), 0, 0, zlib.decompressobj(), 0
    first, positioned = True, False
    if not content.startswith(_PNG):
        raise Refused(_R.DAMAGED)
    while True:
        if place + 12 > len(content):
            raise Refused(_R.DAMAGED)
        length, name = int.from_bytes(content[place : place + 4], "big"), content[place + 4 : place + 8]
        data = content[place + 8 : place + 8 + length]
        check = content[place + 8 + length : place + 12 + length]
        if len(check) != 4 or zlib.crc32(name + data) != int.from_bytes(check, "big"):
            raise Refused(_R.DAMAGED)
        place += 12 + length
        if first and name != b"IHDR":
            raise Refused(_R.DAMAGED)
        first = False
        if name == b"IHDR":
            pixels = int.from_bytes(data[:4], "big") * int.from_bytes(data[4:8], "big")
            if pixels > MOST_PIXELS:
                raise Refused(_R.BOMB)
            most = min(MOST_UNPACKED, 8 * pixels + MOST_PIXELS // 100)
        elif name == b"IDAT":
            try:
                data = unpacker.decompress(data, STEP)
                while data:
                    made += len(data)
                    if made > most:
                        raise Refused(_R.BOMB)
                    data = unpacker.decompress(unpacker.unconsumed_tail, STEP)
            except zlib.error as error:
                raise Refused(_R.DAMAGED) from error
        elif name in (b"zTXt", b"iTXt", b"iCCP"):
            ensure_unpacks(data[data.find(b"\x00") + 2 :], 4 * STEP)
        elif name == b"eXIf":
            positioned = _is_positioned(data)
        if name in (b"tEXt", b"iTXt") and MARKUP.search(data):
            raise Refused(_R.POLYGLOT)
        if name == b"IEND":
            break
    if place != len(content):
        raise Refused(_R.POLYGLOT)
    if not pixels or not made:
        raise Refused(_R.DAMAGED)
    ensure_nothing_more(content)
    return Inspected(_K.PNG, (Follows.POSITION,) if positioned else ())


def jpg(content: bytes) -> Inspected:
    place, pixels, positioned = 2, 0, False
    while True:
        if place + 4 > len(content) or content[place] != 0xFF:
            raise Refused(_R.DAMAGED)
        marker = content[place + 1]
        if marker == 0xFF:  # padding
            place += 1
            continue
        length = int.from_bytes(content[place + 2 : place + 4], "big")
        data = content[place + 4 : place + 2 + length]
        if length < 2 or place + 2 + length > len(content):
            raise Refused(_R.DAMAGED)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            pixels = int.from_bytes(data[1:3], "big") * int.from_bytes(data[3:5], "big")
        if (marker == 0xFE or 0xE0 <= marker <= 0xEF) and MARKUP.search(data):
            raise Refused(_R.POLYGLOT)
        if marker == 0xE1:
            exif = data.startswith(b"Exif\x00\x00") and _is_positioned(data[6:])
            positioned = positioned or exif or b"GPSLatitude" in data
        place += 2 + length
        if marker == 0xDA:
            break
    if pixels > MOST_PIXELS:
        raise Refused(_R.BOMB)
    ends = content.rfind(b"\xff\xd9")
    if ends < place or not pixels:
        raise Refused(_R.DAMAGED)
    if content[ends + 2 :].strip(b"\x00\r\n") and not _is_cameras(content[content.find(b"\xff\xd9", place) + 2 :]):
        raise Refused(_R.POLYGLOT)
    ensure_nothing_more(content)
    return Inspected(_K.JPG, (Follows.POSITION,) if positioned else ())


def _is_cameras(tail: bytes) -> bool:
    """Whether what follows a photo is what cameras put there: the maker's notes, a second picture, a short film."""
    if not (tail.endswith(b"SEFT") or tail.startswith(b"\xff\xd8") or tail[4:8] == b"ftyp"):
        return False
    return not (MARKUP.search(tail) or PACKED in tail or b"%PDF-" in tail)


_GPS = 0x8825
_PLACES = {2, 4}  # latitude and longitude


def _is_positioned(exif: bytes) -> bool:
    """Whether the camera's notes tell where the picture was taken. What cannot be read tells nothing."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(exif[:4])
    if order is None:
        return False
    try:
        notes = _entries(exif, order, struct.unpack_from(order + "I", exif, 4)[0])
        return _GPS in notes and bool(_PLACES & _entries(exif, order, notes[_GPS]).keys())
    except struct.error:
        return False


def _entries(exif: bytes, order: str, place: int) -> dict[int, int]:
    """Each tag of a directory with its value or place."""
    (number,) = struct.unpack_from(order + "H", exif, place)
    found = {}
    for each in range(number):
        tag, _, _, value = struct.unpack_from(order + "HHII", exif, place + 2 + 12 * each)
        found[tag] = value
    return found
