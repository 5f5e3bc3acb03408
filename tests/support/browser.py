"""The real portal in a real browser: fixtures, and what is looked at on every page."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from werkzeug.serving import make_server

from tests.support import databases

CHROMIUM = "/usr/bin/chromium-headless-shell"
WIDTH, HEIGHT, NARROW = 1280, 900, 320
REACHABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's browser without windows, which takes half the time of the whole one; one for each test process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-gpu",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def live(app: Flask, database: databases.Database) -> Iterator[str]:
    """The portal, served on a free port of this machine; the answer is its address."""
    with served(app) as address:
        yield address


@pytest.fixture
def visitor(chromium: Browser, live: str) -> Iterator[BrowserContext]:
    """One person's browser, nobody signed in; a page that breaks the portal's own rules for scripts fails the test."""
    with visiting(chromium, live) as context:
        yield context


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """An application on a free port, until the block ends."""
    busy: set[object] = set()

    def counted(*request: Any) -> Any:
        mark = object()
        busy.add(mark)
        try:
            return app(*request)
        finally:
            busy.discard(mark)

    server = make_server("127.0.0.1", 0, counted, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        # What a page asked for by itself as it was closed still uses the database.
        for _ in range(100):
            if not busy:
                break
            time.sleep(0.05)
        server.server_close()


@contextmanager
def visiting(chromium: Browser, address: str, **options: Any) -> Iterator[BrowserContext]:
    """One person's browser at that address; afterwards nothing may have been said of broken scripts or rules."""
    context = chromium.new_context(
        base_url=address, viewport={"width": WIDTH, "height": HEIGHT}, locale="sv-SE", **options
    )
    context.set_default_timeout(10_000)
    said: list[str] = []
    context.on("console", lambda message: said.append(message.text) if _is_fault(message) else None)
    context.on("weberror", lambda error: said.append(str(error.error)))
    yield context
    context.close()
    assert not said, f"the browser complained: {said}"


def _is_fault(message: ConsoleMessage) -> bool:
    # An answer of 404 or 422, and a connection that a test has cut, are also "errors" to the browser's console.
    expected = ("status of 4", "ERR_INTERNET_DISCONNECTED")
    return message.type == "error" and not any(each in message.text for each in expected)


def save(page: Page, button: str) -> None:
    """Press a button of a page that saves by itself: it leads on only when what is written has been saved."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).first.press("Enter")


def look(page: Page, name: str) -> None:
    """What holds for every page in a browser: nothing that axe finds, no sideways scroll, no word cut in two, all within reach of Tab."""
    faults = faults_of(page)
    assert not faults, f"{name} ({page.url}):\n  " + "\n  ".join(faults)


def faults_of(page: Page) -> list[str]:
    """What is wrong with the page that is open."""
    return [*_axe(page), *_cut_words(page), *_cut_tables(page), *_sideways(page), *_out_of_reach(page)]


@cache
def _axe_source() -> str:
    return (Path(__file__).parent / "vendor" / "axe.min.js").read_text()


def _axe(page: Page) -> list[str]:
    # Evaluated, not added as a tag: the portal's rules for scripts would rightly refuse a tag.
    page.evaluate(_axe_source())
    found: dict[str, list[dict[str, Any]]] = page.evaluate("axe.run({resultTypes: ['violations', 'incomplete']})")
    # What axe cannot tell of contrast is a fault too: text lies on a picture, or out of sight.
    doubtful = [one for one in found["incomplete"] if one["id"].startswith("color-contrast")]
    return [
        f"{one['id']}: {one['help']}: {', '.join(' '.join(map(str, node['target'])) for node in one['nodes'])}"
        for one in (*found["violations"], *doubtful)
    ]


def _cut_words(page: Page) -> list[str]:
    """A date or an ordinary word goes on to the next line in the middle: its column is too narrow for it."""
    cut = page.evaluate(
        r"""() => {
            const found = new Set();
            const hidden = 'textarea, select, script, style, .govuk-visually-hidden';
            const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            for (let text; (text = texts.nextNode());) {
                const parent = text.parentElement;
                if (parent.closest(hidden) || !parent.checkVisibility({visibilityProperty: true})) continue;
                for (const {0: word, index} of text.data.matchAll(/[^ \n\t–/-]+/g)) {
                    if (word.length > 20) continue;
                    const range = document.createRange();
                    range.setStart(text, index);
                    range.setEnd(text, index + word.length);
                    const lines = new Set([...range.getClientRects()].filter(r => r.width).map(r => Math.round(r.top)));
                    if (lines.size > 1) found.add(word);
                }
            }
            return [...found].slice(0, 8);
        }"""
    )
    return [f"cut in two at {WIDTH} px: {word!r}" for word in cut]


def _cut_tables(page: Page) -> list[str]:
    """On an ordinary screen a table has room for all its columns, unless the page says that it is wide."""
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.bp-scroll')]
            .filter(e => e.scrollWidth > e.clientWidth && !e.previousElementSibling?.matches('.bp-hint-scroll'))
            .map(e => `${e.getAttribute('aria-label')} needs ${e.scrollWidth} px and has ${e.clientWidth}`)"""
    )
    return [f"cut off at {WIDTH} px: {one}" for one in cut]


def _cut_labels(page: Page) -> list[str]:
    """In a table that has become blocks the column's name stands before the value, and has room for its words."""
    cut = page.evaluate(
        """() => {
            const pen = document.createElement('canvas').getContext('2d');
            const found = new Set();
            for (const cell of document.querySelectorAll('td[data-label]')) {
                const [label, value] = getComputedStyle(cell).gridTemplateColumns.split(' ').map(parseFloat);
                pen.font = getComputedStyle(cell).font;
                const needed = Math.max(...cell.dataset.label.split(/[ -]/).map(word => pen.measureText(word).width));
                if (value && label + 1 < needed) found.add(cell.dataset.label);
            }
            return [...found].slice(0, 8);
        }"""
    )
    return [f"cut in two at {NARROW} px: {label!r}" for label in cut]


def _sideways(page: Page) -> list[str]:
    page.set_viewport_size({"width": NARROW, "height": HEIGHT})
    wide = page.evaluate(
        """narrow => document.documentElement.scrollWidth <= narrow ? [] : [...document.body.querySelectorAll('*')]
            .filter(e => e.getBoundingClientRect().right > narrow + 1 && !e.parentElement.closest('.bp-scroll:not(:focus)'))
            .map(e => `${e.tagName}.${e.className} reaches ${Math.round(e.getBoundingClientRect().right)} px`)
            .slice(0, 8)""",
        NARROW,
    )
    cut = _cut_labels(page)
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    # The page's script answers to the width: it has done so before what comes next is looked at.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return [*(f"scrolls sideways at {NARROW} px: {one}" for one in wide), *cut]


def _out_of_reach(page: Page) -> list[str]:
    """Every link, button and field that is seen gets the focus from Tab (of a group of radio buttons, one)."""
    expected = page.evaluate(
        """selector => {
            const radios = new Set();
            document.activeElement?.blur();
            return [...document.querySelectorAll(selector)].filter(e => {
                if (e.disabled || e.tabIndex < 0 || !e.checkVisibility({visibilityProperty: true})) return false;
                if (e.type !== 'radio') return true;
                const group = (e.form ? [...document.forms].indexOf(e.form) : '') + e.name;
                return !radios.has(group) && radios.add(group);
            }).map((e, i) => {
                const all = e.type === 'radio' ? document.querySelectorAll(`input[type=radio][name="${e.name}"]`) : [e];
                all.forEach(one => one.dataset.reach = i);
                return e.outerHTML.slice(0, 90);
            });
        }""",
        REACHABLE,
    )
    page.evaluate(
        """() => {
            window.reached = new Set();
            window.note = event => window.reached.add(event.target.dataset.reach);
            document.addEventListener('focusin', window.note);
            window.getSelection().removeAllRanges();
            window.scrollTo(0, 0);
        }"""
    )
    for _ in range(len(expected) + 5):
        page.keyboard.press("Tab")
    reached = page.evaluate(
        """() => {
            document.removeEventListener('focusin', window.note);
            document.querySelectorAll('[data-reach]').forEach(e => delete e.dataset.reach);
            return [...window.reached];
        }"""
    )
    return [f"Tab does not reach {html}" for i, html in enumerate(expected) if str(i) not in reached]
