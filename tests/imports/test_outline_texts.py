"""Reading an outline loses no text in silence: a value is the text that was written, or a fault with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantportal.domain.errors import RuleViolation, RuleViolations
from grantportal.domain.texts import clean
from grantportal.imports.outline import LONGEST_PROSE, Faults, Node, load

EXAMPLE = "rubrik:"


def read(text: str) -> dict[str, object]:
    return load(text, EXAMPLE)


def faults(text: str) -> list[str]:
    with pytest.raises(RuleViolation) as refusal:
        read(text)
    found = refusal.value.violations if isinstance(refusal.value, RuleViolations) else [refusal.value]
    return [each.message for each in found]


def said(key: str, text: str) -> str:
    """The text with paragraphs that a key of the outline has."""
    found = Faults()
    value = Node(read(text), "", found).paragraphs(key)
    found.done()
    return value


@pytest.mark.parametrize(
    "written",
    [
        *"1.10 1.50 01 12:30 yes no on true null ~ 1e3 0x1F 0o17 1_000 .5 .inf 2021-01-31 +1 -1 = << ja a#b C# a:b".split(),
        "50 %",
    ],
)
def test_a_plain_value_is_the_text_that_was_written(written):
    assert read(f"rubrik: {written}\npunkter:\n  - {written}\nnär: {{då: {written}, sedan: x}}") == {
        "rubrik": written,
        "punkter": [written],
        "när": {"då": written, "sedan": "x"},
    }


def test_a_key_is_the_text_that_was_written():
    assert list(read("2021: a\n01: b\nyes: c\n1.10: d\nnull: e")) == ["2021", "01", "yes", "1.10", "null"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("rubrik: Samverkan enligt mål #2", 1),
        ("a: x\nrubrik: minst 90 % # av platserna", 2),
        ("a: x\npunkter:\n  - gjort det ena # (gäller inte barn under 12 år)", 3),
        ("a: x\nrubrik: #2", 2),
        ("a: x\nb: # allt\n  c: x", 2),
        ('rubrik: "hej" # och mer', 1),
        ('rubrik: "hej"#2', 1),
        ("a: [x, y # z\n  , w]", 1),
        ("a: {x: y} # z", 1),
        ("a: | # av platserna\n  hej", 1),
        ("a: > # av platserna\n  hej", 1),
        ("punkter:\n  - # ett\n    a", 2),
        # Where the text could go on, the line may be its own.
        ("rubrik: Regionen har gjort\n  #2 av målen", 2),
        ("a: |\n    Mål\n  #2 av målen\n", 3),
        ("a: [x\n  #2\n  , y]", 2),
        ("a:\n  # andra\n  tredje", 2),
        ("punkter:\n  - ett\n  # två\n  - tre", 3),
        ("a:\n  - x: y\n    # om z\n    z: w", 3),
    ],
)
def test_what_stands_after_a_comment_sign_is_never_taken_away(text, line):
    told = faults(text)
    assert len(told) == 1
    assert told[0].startswith(f"Rad {line}: Det som står efter #")
    assert "citattecken" in told[0]


def test_a_comment_on_its_own_line_may_stand():
    """Where nobody could mean it as a text."""
    assert read("# först\na: x\n# mellan\nb:\n# om c\n  - c\n# om d\n  - d\n\n# sist") == {"a": "x", "b": ["c", "d"]}
    assert read("# först\n\na: |\n  x # y\n  # z\n\n# sist") == {"a": "x # y\n# z\n"}
    assert read("a:\n  - x: y\n# om z\n    z: w\n# om b\nb: c") == {"a": [{"x": "y", "z": "w"}], "b": "c"}


@pytest.mark.parametrize("written", ['"rad\\nny"', '"C:\\temp"', '"50\\_000"', '"\\u00e5"', '"a\\\n  b"'])
def test_a_backslash_that_would_be_read_as_another_sign_is_a_fault(written):
    assert faults(f"a: x\nb: {written}") == [
        'Rad 2: Mellan " och " läses \\ med tecknet efter som ett annat tecken. Skriv texten mellan \' i stället.'
    ]


def test_a_backslash_is_itself_and_may_stand_before_a_quotation_mark():
    assert read('a: C:\\ny\nb: \'C:\\ny\'\nc: "säg \\"ja\\" och \\\\"') == {
        "a": "C:\\ny",
        "b": "C:\\ny",
        "c": 'säg "ja" och \\',
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("rubrik: a\nb: c\nrubrik: d", 3),
        ("a:\n  2021: x\n  2022: y\n  2021: z", 4),
        ("a: {b: c, b: d}", 1),
        ('a: x\n"a": y', 2),
        ("a:\n  - b: c\n    b: d", 3),
    ],
)
def test_a_key_written_twice_is_a_fault_with_its_line(text, line):
    (told,) = faults(text)
    assert told.startswith(f"Rad {line}: «")
    assert "står två gånger" in told


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: x\nrubrik: &viktigt", 2),
        ("a: &b [x]\nc: *b", 1),
        ("a: x\nrubrik: *viktigt*", 2),
        ("a: x\nrubrik: !viktigt", 2),
        ("rubrik: !!str 1", 1),
        ("a: x\n<<: {b: c}", 2),
        ("a: x\n: b", 2),
        ("a: x\n? [b, c]\n: d", 2),
        ("%YAML 1.1\n---\na: b", 1),
        ("a: b\n---\na: c", 2),
        ("a: b\n...\na: c", 3),
        ("a: x\nb: >2\nc: y", 2),
        ("a: x\nb: |\nc: y", 2),
        ("a: x\nb:\tc: d", 2),
        ("a: b\tc", 1),
        ("a: x\n\tb: c", 2),
        ("a: x\nrubrik: Regionen: har", 2),
        ("a: x\nb: 'c' d", 2),
        ("a: x\nb: [c] d", 2),
        ('a: x\nb: "\\u202e"', 2),
        ('a: x\nb: "\\0"', 2),
        ('a: x\nb: "och\\eller"', 2),
        ("a: x\nb: F\ufffdrb\ufffdttrad", 2),
        ("a: x\nb: \uffff", 2),
        ("a: x\nb: " + "[" * 30, 2),
        ("a: x\n" + "- " * 3, 2),
    ],
)
def test_what_would_be_read_as_something_else_is_a_fault_with_its_line(text, line):
    told = faults(text)
    assert told[-1].startswith(f"Rad {line}: "), told
    assert all(message.endswith(".") for message in told)


def test_every_line_to_mend_is_told_at_once_also_where_the_reading_stops():
    assert [each[:6] for each in faults("a: b # c\na: d # e\nf: [")] == ["Rad 1:", "Rad 2:", "Rad 3:"]
    assert [each[:6] for each in faults("a: b # c\nd: e\nd: f")] == ["Rad 1:", "Rad 3:"]


@pytest.mark.parametrize("value", ["[a, b]", "{a: b}"])
def test_a_list_is_no_text(value):
    with pytest.raises(RuleViolations, match="rubrik ska vara en text"):
        said("rubrik", f"rubrik: {value}")


def test_a_byte_order_mark_and_every_kind_of_new_line_are_read():
    assert read("\ufeffa: b\r\nc: d\re: f\u2028g: h") == {"a": "b", "c": "d", "e": "f", "g": "h"}
    assert faults("\ufeff# om a\na: b # c")[0].startswith("Rad 2: ")


def test_paragraphs_stay_apart_and_lines_that_belong_together_are_one():
    block = "a: |\n  Första stycket.\n\n  Andra stycket.\n  Tredje.\n"
    assert said("a", block) == "Första stycket.\n\nAndra stycket.\nTredje."
    assert said("a", "a: >\n  Första\n  stycket.\n\n  Andra.\n") == "Första stycket.\nAndra."
    assert said("a", "a: Första\n  stycket.\n\n  Andra.\n") == "Första stycket.\nAndra."
    for chomped in ("|-", "|+", ">-", ">+"):
        assert said("a", f"a: {chomped}\n  hej\n\n\nb: c") == "hej"


def test_a_heading_of_several_lines_is_asked_about():
    found = Faults()
    Node(read("a: |\n  ett\n  två"), "", found).text("a")
    with pytest.raises(RuleViolations, match="a ska stå på en rad"):
        found.done()


def test_a_long_preamble_goes_in_and_what_is_too_long_is_told():
    real = "x" * 2_548
    assert said("a", f"a: {real}") == real
    assert said("a", f"a: {'x' * LONGEST_PROSE}")
    with pytest.raises(RuleViolations, match="Högst 20\u00a0000 tecken"):
        said("a", f"a: {'x' * (LONGEST_PROSE + 1)}")


LETTERS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff\ufffd\ufffe\uffff")).map(clean)
"""What the portal keeps as it is."""


@given(LETTERS)
def test_any_text_in_quotes_comes_back_to_the_letter(text):
    text = text.replace("\n", " ")
    single = "'" + text.replace("'", "''") + "'"
    double = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert read(f"a: {single}\nb: [{double}]") == {"a": text, "b": [text]}


@given(LETTERS)
def test_any_text_in_a_block_comes_back_to_the_letter(text):
    # A block says by its indent how far in it begins, where its first line is blank or further in.
    lines = "".join(f"      {line}\n" for line in text.split("\n"))
    written = f"a:\n  - b: |2\n{lines}c: d"
    if not text.strip():
        assert "ingen text" in faults(written)[0]
    else:
        (value,) = read(written)["a"]
        assert value["b"].rstrip("\n") == text.rstrip("\n")


@given(st.text(st.sampled_from("ab#: -[]{},'\"|>&*!?%~\n\t"), max_size=40))
def test_every_letter_that_was_written_is_read_or_told(text):
    """Of whatever is read without a fault, each letter comes back as often as it was written, but in comments of their own."""
    written = f"x:\n  {text}"
    try:
        loaded = load(written, EXAMPLE)
    except RuleViolation:
        return
    kept = "\n".join(line for line in written.split("\n") if not line.lstrip(" ").startswith("#"))
    flat = "".join(_texts(loaded))
    for letter in "ab":
        assert flat.count(letter) == kept.count(letter)


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for key, each in value.items() for text in (key, *_texts(each))]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [str(value)]
