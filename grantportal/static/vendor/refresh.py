"""Take a new version of govuk-frontend into this directory.

    python refresh.py <the unpacked npm package govuk-frontend>

Only the minified stylesheet and module are kept. The kit's typeface and the crest may be used on gov.uk alone, so
their rules are taken out and text follows the portal's own font stack. The licence text stays as it is: the package
does not carry it, and it asks to follow every copy.
"""

import re
import sys
from pathlib import Path

KIT = Path(__file__).parent / "govuk-frontend"
NOT_OURS = (
    r"/\*! Copyright \(c\) 2011 by Margaret Calvert.*?\*/",  # the typeface's notice, of no use without the typeface
    r"@font-face\{[^}]*\}",
    r"[^{};]*\{[^{}]*govuk-crest[^{}]*\}",
    r"/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+",
)
LEFTOVERS = ("GDS Transport", "govuk-crest", "url(", "sourceMappingURL")


def own(text: str) -> str:
    """The file without what belongs to gov.uk."""
    for pattern in NOT_OURS:
        text = re.sub(pattern, "", text, flags=re.DOTALL)
    text = re.sub(r"@supports [^{}]*\{\}", "", text)
    return re.sub(r"GDS Transport,arial,sans-serif", "var(--portal-font)", text).strip() + "\n"


def refresh(package: Path) -> None:
    """Read both files, refuse anything that still points to gov.uk, and only then write."""
    dist = package / "dist" / "govuk"
    files = {
        name: own((dist / name).read_text("utf-8")) for name in ("govuk-frontend.min.css", "govuk-frontend.min.js")
    }
    for name, text in files.items():
        if found := [word for word in LEFTOVERS if word in text]:
            sys.exit(f"{name} still holds {', '.join(found)}: change NOT_OURS.")
    for name, text in files.items():
        (KIT / name).write_text(text, "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    refresh(Path(sys.argv[1]))
