"""What is looked at on every page does find what is wrong."""

import pytest

from tests.support.browser import look

PAGE = '<!DOCTYPE html><html lang="sv"><head><title>Prov</title></head><body><main><h1>Prov</h1>{}</main></body></html>'


def test_a_page_without_faults_passes(chromium):
    page = chromium.new_page()
    page.set_content(PAGE.format('<p>Text med <a href="/x">en länk</a>.</p><label>Namn <input></label>'))
    look(page, "a good page")
    page.close()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<p style="color:#bbb">Svag text</p>', "color-contrast"),
        ('<p style="background:linear-gradient(#fff,#000);color:#777">På bild</p>', "color-contrast"),
        ("<input>", "label"),
        ('<div style="width:500px">Bred</div>', "scrolls sideways"),
        ('<p style="width:9ch;overflow-wrap:anywhere">27&nbsp;november&nbsp;2026</p>', "cut in two at 1280 px"),
        (
            '<table><tr><td data-label="E-postadress" style="display:grid;grid-template-columns:minmax(0,1fr) auto">'
            f"<i></i><span>{'namn' * 9}</span></td></tr></table>",
            "cut in two at 320 px",
        ),
        (
            "<button onkeydown=\"if (event.key === 'Tab') event.preventDefault()\">Fälla</button><a href='/x'>Länk</a>",
            "Tab does not reach <a",
        ),
    ],
)
def test_a_fault_is_found(chromium, body, fault):
    page = chromium.new_page()
    page.set_content(PAGE.format(body))
    with pytest.raises(AssertionError, match=fault):
        look(page, "a bad page")
    page.close()
