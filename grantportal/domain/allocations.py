"""Fördelningslista: who got what; public."""

LONGEST_REASON = 300


def short_reason(reasons: str) -> str:
    """The first paragraph of a decision's reasons, cut after a whole sentence or word when it is long."""
    first = " ".join(reasons.strip().partition("\n\n")[0].split())
    if len(first) <= LONGEST_REASON:
        return first
    cut = first[:LONGEST_REASON]
    sentence = cut.rfind(". ")
    if sentence > LONGEST_REASON // 3:
        return cut[: sentence + 1]
    return cut.rpartition(" ")[0].rstrip(",;:–-") + " …"
