"""Ungdomshem."""

from collections.abc import Iterable

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired

from forms.base import Form, Line
from grantportal.domain.youth_homes import OTHERS, MoveYouthHome, RegisterYouthHomes

NO_REGION = "0"


class _OfRegion(Form):
    region_id = SelectField("Region som arbetar med hemmet", validate_choice=True)

    def __init__(self, regions: Iterable[tuple[int, str]], region_id: int | None = None) -> None:
        super().__init__(region_id=str(region_id or NO_REGION))
        choices = [SelectChoice(NO_REGION, f"Ingen: hemmet står under {OTHERS}")]
        self.region_id.choices = [*choices, *(SelectChoice(str(id), name) for id, name in regions)]

    def _region(self) -> int | None:
        return int(self.region_id.data) or None


class YouthHomeForm(_OfRegion):
    """One more home."""

    name = Line("Ungdomshemmets namn", [DataRequired("Skriv ungdomshemmets namn.")])

    def command(self) -> RegisterYouthHomes:
        """What the service takes."""
        return RegisterYouthHomes((self.name.data or "",), self._region())


class MoveYouthHomeForm(_OfRegion):
    """Under which region the home stands."""

    def command(self) -> MoveYouthHome:
        """What the service takes."""
        return MoveYouthHome(self._region())
