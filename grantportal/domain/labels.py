"""What the screen calls a state: a symbol, a word and then a colour, with a sentence that explains it."""

from typing import NamedTuple


class Label(NamedTuple):
    """tone is ok, info, wait, bad, lock or empty; symbol is a name in the page's sprite."""

    tone: str
    symbol: str
    text: str
    sentence: str = ""

    @property
    def mark(self) -> tuple[str, str, str]:
        """What the status macro takes."""
        return (self.tone, self.symbol, self.text)
