"""The house's own rules, read from its source; each names what would be lost without it."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import ModuleType

import pytest

import grantportal
import grantportal.domain
import grantportal.models
from grantportal.domain.events import EventKind
from grantportal.models.base import Base

ROOT = Path(__file__).resolve().parents[1]
PORTAL = ROOT / "grantportal"
SOURCES = sorted(PORTAL.rglob("*.py")) + sorted((ROOT / "forms").rglob("*.py"))

DRAFT_TABLES = {
    "answers",
    "attachments",
    "budget_lines",
    "staff_rows",
    "staff_amounts",
    "report_answers",
    "report_costs",
}
"""What an organisation is writing and has not handed in."""


def modules(package: ModuleType) -> list[ModuleType]:
    """Every module of a package, imported."""
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    return [importlib.import_module(each.name) for each in found]


def tree(path: Path) -> ast.Module:
    """A source file as a syntax tree."""
    return ast.parse(path.read_text("utf-8"), str(path))


def place(path: Path, node: ast.AST) -> str:
    """Where to look."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def called(node: ast.Call) -> str:
    """The last name of what is called: `commit` of `act.session.commit()`."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def calls(path: Path) -> Iterator[ast.Call]:
    """Every call in a file."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def imported(path: Path, package: str) -> Iterator[tuple[ast.AST, str]]:
    """Every name that a file takes from a package."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == package:
            yield from ((node, alias.name) for alias in node.names)


def test_only_transaction_begins_commits_and_writes_history():
    """A page, hook or model that commits saves half an act, and an act without its event is no act."""
    own = {PORTAL / "transaction.py", PORTAL / "migrate.py"}
    ending = {"begin", "begin_nested", "commit", "rollback", "writing_session", "sessionmaker", "scoped_session"}
    faults = [
        f"{place(path, call)}: {called(call)}()"
        for path in SOURCES
        if path not in own
        for call in calls(path)
        if called(call) in ending | {"Event"} or (called(call) == "Session" and path != PORTAL / "db.py")
    ]
    assert not faults


READING = {
    "select",
    "exists",
    "union",
    "union_all",
    "text",
    "literal_column",
    "lambda_stmt",
    "selectinload",
    "joinedload",
}
READERS = ("queries/", "models/", "policy.py", "transaction.py", "db.py", "migrate.py")
"""The transaction reads the heads that it writes history onto; the policy's predicates look into other tables."""


def test_every_select_is_a_query_that_takes_an_actor():
    """A SELECT elsewhere has not been through the question of who may see."""
    faults = []
    for path in SOURCES:
        if str(path.relative_to(ROOT)).removeprefix("grantportal/").startswith(READERS):
            continue
        faults += [f"{place(path, node)}: {name}" for node, name in imported(path, "sqlalchemy") if name in READING]
        faults += [
            f"{place(path, node)}: the whole of {alias.name}"
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Import)
            for alias in node.names
            if alias.name.split(".")[0] == "sqlalchemy"
        ]
        faults += [
            f"{place(path, call)}: {ast.unparse(call.func)}"
            for call in calls(path)
            if isinstance(call.func, ast.Attribute)
            and call.func.attr in {"get", "get_one", "query"}
            and ast.unparse(call.func.value).split(".")[-1] in {"session", "session()"}
            and "session" not in {alias for _, alias in imported(path, "flask")}
        ]
    assert not faults


def draft_models() -> set[str]:
    """The classes of the draft tables."""
    for module in modules(grantportal.models):
        assert module
    mapped = {mapper.local_table.name: mapper.class_.__name__ for mapper in Base.registry.mappers}
    assert mapped.keys() >= DRAFT_TABLES, "a draft table has another name: say so here too"
    return {mapped[table] for table in DRAFT_TABLES}


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    """A file's own functions; what is defined inside one belongs to it."""
    return (node for node in tree(path).body if isinstance(node, ast.FunctionDef))


def test_a_query_of_drafts_asks_whose_they_are():
    """A function that reads a draft table takes the actor and leaves only the actor's own organisation's rows."""
    drafts = draft_models()
    faults = []
    for path in sorted((PORTAL / "queries").rglob("*.py")):
        for function in functions(path):
            named = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
            dotted = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
            if not (named | dotted) & drafts:
                continue
            takes_actor = "actor" in {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
            asks = any(
                isinstance(node, ast.Call)
                and called(node) == "own"
                and "actor" in {getattr(one, "id", "") for one in node.args}
                for node in ast.walk(function)
            )
            if not (takes_actor and asks):
                faults.append(f"{place(path, function)}: {function.name} reads {sorted((named | dotted) & drafts)}")
    assert not faults


def test_drafts_are_reached_by_their_own_queries_only():
    """No relationship leads from what an authority may read into a draft table, and no query is kept in a variable."""
    drafts = draft_models()
    faults = [
        f"{mapper.class_.__name__}.{relation.key} leads to {relation.mapper.class_.__name__}"
        for mapper in Base.registry.mappers
        if mapper.class_.__name__ not in drafts
        for relation in mapper.relationships
        if relation.mapper.class_.__name__ in drafts
    ]
    for path in sorted((PORTAL / "queries").rglob("*.py")):
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef | ast.ImportFrom | ast.Import):
                continue
            if {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)} & drafts:
                faults.append(f"{place(path, node)}: reads drafts outside a function")
    assert not faults


STATEMENTS = {
    "aliased",
    "with_polymorphic",
    "select",
    "exists",
    "union",
    "union_all",
    "alias",
    "subquery",
    "cte",
    "lateral",
}
ALIASES = {"aliased", "with_polymorphic"}


def kept(node: ast.AST) -> Iterator[ast.Call]:
    """The calls whose answer may outlive the function that asked: those made when the module is imported, and those in the
    body of a function that remembers its answer."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.Call):
            yield inner
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            for part in (*inner.decorator_list, inner.args):
                yield from kept(ast.Expression(part))
            if any("cache" in ast.unparse(one) for one in inner.decorator_list):
                yield from (call for call in ast.walk(inner) if isinstance(call, ast.Call) and called(call) in ALIASES)
        elif isinstance(inner, ast.Lambda):
            yield from kept(inner.args)
        else:
            yield from kept(inner)


def test_threads_share_no_alias_and_no_half_made_statement():
    """What two threads use for the first time at the same moment SQLAlchemy may remember wrongly as long as the process lives:
    an alias that reads its table's rows instead of its own. An alias is made by the function that uses it."""
    used, faults = 0, []
    for path in SOURCES:
        whole = tree(path)
        used += sum(called(call) in ALIASES for call in ast.walk(whole) if isinstance(call, ast.Call))
        faults += [f"{place(path, call)}: {called(call)}()" for call in kept(whole) if called(call) in STATEMENTS]
    assert used > 10, "no alias was read: is it called something else now?"
    assert not faults


@pytest.mark.parametrize(
    ("code", "is_kept"),
    [
        ("later = aliased(Decision)", True),
        ("class Row:\n    later, two = aliased(Decision), 2", True),
        ("def rows(later=aliased(Decision)):\n    pass", True),
        ("rows = lambda later=aliased(Decision): later", True),
        ("if True:\n    asked = select(Decision)", True),
        ("@cache\ndef whole():\n    return select(aliased(Decision))", True),
        ("@cache\ndef whole():\n    return select(Decision)", False),
        ("def rows():\n    return aliased(Decision)", False),
        ("rows = lambda: aliased(Decision)", False),
    ],
)
def test_what_is_kept_is_told_from_what_is_made_anew(code, is_kept):
    """A rule that reads the source and finds nothing would be green for ever."""
    assert any(called(call) in STATEMENTS for call in kept(ast.parse(code))) is is_kept


ASKS_THE_TIME = re.compile(
    r"\b(?:datetime\.(?:now|today|utcnow)|date\.today|time\.(?:time|time_ns|localtime|gmtime|ctime|mktime))\("
)


def test_one_clock_tells_the_time():
    """Who asks the machine gets its own zone's day, or that of UTC, which for an hour or two every night is not the Swedish."""
    own = {PORTAL / "domain" / "clock.py", ROOT / "tests" / "clocks.py"}
    texts = {path: path.read_text("utf-8") for path in [*SOURCES, *sorted((ROOT / "tests").rglob("*.py"))]}
    asking = {path for path, text in texts.items() if ASKS_THE_TIME.search(text)}
    assert asking >= own, "the clock itself was not read"
    assert not asking - own


def test_the_policy_is_the_only_reader_of_roles():
    """A role compared elsewhere is a right that the table of rights does not show."""
    allowed = ("policy.py", "domain/", "models/accounts.py", "demonstration/", "cli.py")
    faults = [
        f"{place(path, node)}: {ast.unparse(node)}"
        for path in SOURCES
        if not str(path.relative_to(ROOT)).removeprefix("grantportal/").startswith(allowed)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Compare)
        and any(
            isinstance(inner, ast.Attribute) and getattr(inner.value, "id", "") == "Role" for inner in ast.walk(node)
        )
    ]
    assert not faults


PAGES = ROOT / "templates"
NO_PAGES = {"layout", "components", "errors", "mail"}


def pages() -> list[str]:
    """The templates that are pages: `<step>/<endpoint>`; what several pages of a step share begins with _."""
    found = (path.relative_to(PAGES) for path in sorted(PAGES.rglob("*.html")))
    return [
        str(path.with_suffix("")) for path in found if path.parts[0] not in NO_PAGES and not path.name.startswith("_")
    ]


def views() -> dict[str, Path]:
    """The endpoints as `<step>/<function>`, and where each is."""
    return {
        f"{path.stem}/{function.name}": path
        for path in sorted((PORTAL / "routes").glob("*.py"))
        for function in functions(path)
        if any(called(one) in {"route", "get", "post"} for one in function.decorator_list if isinstance(one, ast.Call))
    }


def test_every_page_is_an_endpoint():
    """A page is found by its endpoint's name, and a page that nothing shows is deleted."""
    assert set(pages()) <= set(views())


def test_every_page_that_a_route_shows_is_there():
    """A misspelled template would otherwise be found by the reader."""
    faults = [
        f"{place(path, call)}: {call.args[0].value}"
        for path in sorted(PORTAL.glob("routes/*.py"))
        for call in calls(path)
        if called(call) == "render_template" and call.args and isinstance(call.args[0], ast.Constant)
        if not (PAGES / str(call.args[0].value)).is_file()
    ]
    assert not faults


@pytest.mark.parametrize("kind", EventKind)
def test_the_history_says_what_happened_in_swedish(kind):
    """The history shows this to a region's ombud."""
    assert kind.text
    assert kind.text != kind.value


STATUS = re.compile(
    r"\.(?:status|outcome|state)\b\s*(?:==|!=|in\b|is\b|not in\b)|(?:==|!=)\s*['\"](?:draft|submitted|made)['\"]"
)


def test_no_template_compares_a_status():
    """A button that only looks greyed is no rule: templates ask what is offered, and services hold it."""
    faults = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in sorted(PAGES.rglob("*.html"))
        for block in re.findall(r"\{[{%].*?[%}]\}", path.read_text("utf-8"), re.DOTALL)
        for found in STATUS.finditer(block)
    ]
    assert not faults


def test_a_day_is_asked_for_and_refused_with_one_example():
    """Two examples would look like two ways to write a day."""
    written = {
        f"{path.relative_to(ROOT)}: {example}"
        for path in [*SOURCES, *sorted((ROOT / "templates").rglob("*.html"))]
        for example in re.findall(r"(?i)exempel ([0-9]{4}-[0-9]{2}-[0-9]{2})", path.read_text("utf-8"))
    }
    assert not written, "the example stands in domain/clock.py"


def test_no_template_turns_escaping_off():
    """What an applicant writes is shown, never run."""
    faults = [
        str(path.relative_to(ROOT))
        for path in sorted(PAGES.rglob("*.html"))
        if re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text("utf-8"))
    ]
    assert not faults


def test_one_place_puts_text_in_normal_form():
    """Elsewhere a long run of marks would hold a process for minutes."""
    files = [path for folder in ("grantportal", "forms") for path in sorted((ROOT / folder).rglob("*.py"))]
    callers = [
        str(path.relative_to(ROOT))
        for path in files
        if any(called(call).endswith(("normalize", "is_normalized")) for call in calls(path))
    ]
    assert callers == ["grantportal/domain/texts.py"]


def test_every_class_of_the_portal_that_a_page_names_has_a_rule():
    """A class without a rule is a look that somebody believes in and nobody sees."""
    style = (ROOT / "grantportal/static/portal.css").read_text("utf-8")
    ruled = set(re.findall(r"\.(bp-[a-z0-9-]+)", style))
    named = {
        (name, str(path.relative_to(ROOT)))
        for path in sorted(PAGES.rglob("*.html"))
        for name in re.findall(r"\bbp-[a-z0-9-]*[a-z0-9]\b(?!-?\{)", path.read_text("utf-8"))
    }
    assert len(named) > 500
    assert not [(name, where) for name, where in sorted(named) if name not in ruled]


def nouns() -> set[str]:
    """The words of the code: tables' classes and closed lists. A thing's statuses and actions are the thing's."""
    for module in modules(grantportal.models):
        assert module
    models = {mapper.class_.__name__ for mapper in Base.registry.mappers}
    lists = {
        kind.__name__.removesuffix("Status").removesuffix("Action")
        for module in modules(grantportal.domain)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, StrEnum) and kind.__module__ == module.__name__
    }
    return models | lists


def test_the_glossary_has_every_word():
    """A new term goes into the glossary first, so that screen and code keep one word each for it."""
    glossary = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "glossary.md").read_text("utf-8")))
    assert not nouns() - glossary


PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|\w+\.(?:py|md|toml|css|js))`")


@pytest.mark.parametrize("text", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]), ids=lambda path: path.name)
def test_a_text_names_only_what_is_there(text):
    """A map that points to nothing is worse than no map."""
    missing = []
    for found in PATH.findall(text.read_text("utf-8")):
        parts = [part for part in found.split("/") if part]
        if parts[0] == "instance" or ("." in parts[0] and len(parts) > 1):  # what running makes
            continue
        if not any((base / found).exists() for base in (ROOT, PORTAL, text.parent)):
            missing.append(found)
    assert not missing


def test_the_readme_maps_every_folder():
    """Who opens the project finds each part's purpose in one place."""
    readme = (ROOT / "README.md").read_text("utf-8")
    folders = [path.name for path in PORTAL.iterdir() if (path / "__init__.py").exists()] + [
        "forms",
        "templates",
        "migrations",
        "tests",
        "docs",
    ]
    assert not [name for name in folders if f"{name}/" not in readme]
