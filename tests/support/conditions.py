"""A form where answers decide what is asked: on the same page, on another, a whole section, and one after the other."""

from grantportal.domain.forms import FormDefinition, FormKind, Question, QuestionType, Section, ShownIf
from grantportal.models.applications import Application
from grantportal.queries import applications as queries

T = QuestionType
OTHERWISE, DECLARED = ("På annat sätt",), ("ja",)
FORM = FormDefinition(
    title="Ansökan med följdfrågor",
    kind=FormKind.APPLICATION,
    sections=(
        Section(
            "om",
            "Om er",
            "Om er",
            (
                Question(1, T.ONE_OF, "Hur är ni organiserade?", choices=("I en klinik", *OTHERWISE)),
                Question(
                    2, T.ONE_OF, "På vilket sätt?", choices=("I ett bolag", "I flera"), shown_if=ShownIf(1, OTHERWISE)
                ),
                Question(3, T.TEXT, "Vad heter bolaget?", max_length=20, shown_if=ShownIf(2, ("I ett bolag",))),
                Question(4, T.WHOLE_NUMBER, "Hur många platser?", most=100),
                Question(5, T.LONG_TEXT, "Varför så många?", shown_if=ShownIf(4, more_than=10)),
            ),
        ),
        Section(
            "hem",
            "Ungdomshem",
            "Arbetet",
            (
                Question(6, T.YOUTH_HOMES, "Vilka ungdomshem?", required=False),
                Question(7, T.LONG_TEXT, "Hur utses hemmet?", shown_if=ShownIf(6, nothing=True)),
                Question(8, T.TEXT, "Vem på hemmet?", required=False, shown_if=ShownIf(6)),
            ),
        ),
        Section(
            "bolaget",
            "Bolaget",
            "Arbetet",
            (
                Question(9, T.ATTACHMENT, "Bifoga bolagsordningen", required=False),
                Question(10, T.LONG_TEXT, "Vad gör bolaget?"),
            ),
            shown_if=ShownIf(2, ("I ett bolag",)),
        ),
        Section("kostnader", "Kostnader", "Ekonomi", (Question(11, T.BUDGET, "Vad söker ni?"),)),
        Section(
            "forsakran",
            "Försäkran",
            "Till sist",
            (
                Question(12, T.DECLARATION, "Uppgifterna stämmer."),
                Question(13, T.TEXT, "Vem har kontrollerat dem?", shown_if=ShownIf(12, DECLARED)),
                Question(14, T.SEVERAL_OF, "Vilka deltar?", choices=("Habilitering", "Primärvård", "Annan")),
                Question(15, T.TEXT, "Vilken annan?", shown_if=ShownIf(14, ("Annan", "Primärvård"))),
            ),
        ),
    ),
)
PLAIN = {"q1": "I en klinik", "q4": "10", "q7": "Till hösten.", "q12": "ja", "q13": "Chefen", "q14": "Habilitering"}
"""An answer to every question that these answers ask, but the budget."""


def complete(application: Application, **more: str) -> dict[str, str]:
    """An answer to every question that is asked, the budget too."""
    around = queries.surroundings(application.call)
    cells = {f"q11-y{year}_c{category.id}": "1000" for year in around.years for category in around.categories}
    return {**PLAIN, **cells, **more}
