"""The page in a real headless Chromium: keys, mouse, touch, addresses, print, and that it asks for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import nablastep as ns
from browser import CHROMIUM, Browser, Page
from core.support import large_layer
from nablastep.demo.opening import open_demo
from nablastep.page.document import demo_page
from nablastep.trace import Trace, written

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium in the path")

STEP = "document.body.dataset.step"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "lesson.html"
    path.write_text(demo_page(open_demo("forward-backward")), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def mazur(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "mazur.html"
    path.write_text("".join(written(Trace(ns.open("mazur")), "html")), encoding="utf-8")
    return path


def assert_quiet(page: Page) -> None:
    assert page.complaints == []
    assert [url.split("#")[0] for url in page.requests if not url.startswith("file:")] == []
    assert len({url.split("#")[0] for url in page.requests}) == 1


def shown_result(page: Page) -> np.ndarray:
    cells = page.ask(
        "[...document.querySelectorAll('#result td[data-i]')].map(c => [+c.dataset.i, +c.dataset.j, +c.title])"
    )
    found = np.zeros((1 + max(cell[0] for cell in cells), 1 + max(cell[1] for cell in cells)))
    for row, column, value in cells:
        found[row, column] = value
    return found


def test_arrows_step_through_and_show_every_number(browser: Browser, mazur: Path) -> None:
    page = browser.page(mazur.as_uri())
    session = ns.open("mazur")
    assert page.ask(STEP) == "0"
    assert page.ask("document.querySelector('#result td[data-i]').textContent") == "·"
    for number in range(1, len(session.program) + 1):
        page.press("ArrowRight")
        session.next()
        assert page.ask(STEP) == str(number)
        assert session.step is not None
        assert np.array_equal(shown_result(page), np.atleast_2d(session[session.step.id]))
        assert page.ask("document.querySelector('#equation math') !== null")
    page.press("ArrowRight")
    assert page.ask(STEP) == str(len(session.program))
    page.press("ArrowLeft")
    assert page.ask(STEP) == str(len(session.program) - 1)
    assert_quiet(page)


def test_keys_for_ends_and_phases(browser: Browser, mazur: Path) -> None:
    page = browser.page(mazur.as_uri())
    for key, step in (("p", "5"), ("p", "13"), ("p", "15"), ("P", "13"), ("P", "5"), ("End", "15"), ("Home", "0")):
        page.press(key)
        assert page.ask(STEP) == step, key
    assert_quiet(page)


def test_addresses_and_the_back_button(browser: Browser, lesson: Path) -> None:
    page = browser.page(lesson.as_uri() + "#step=8")
    assert page.ask(STEP) == "8"
    assert "∇W(1)" in page.ask("document.querySelector('#equation').textContent")
    page.press("ArrowRight")
    assert page.ask("location.hash") == "#step=9"
    page.ask("new Promise(done => { addEventListener('hashchange', () => done(), {once: true}); history.back() })")
    page.rest()
    assert page.ask(STEP) == "8"
    page.open(lesson.as_uri() + "#chapter=2")
    page.rest()
    assert page.ask(STEP) == "6"
    page.open(lesson.as_uri() + "#step=999")
    page.rest()
    assert page.ask(STEP) == "25"
    assert_quiet(page)


def test_the_selected_number_lights_what_it_reads(browser: Browser, mazur: Path) -> None:
    page = browser.page(mazur.as_uri() + "#step=8")
    page.press("j")
    page.press("l")
    read = "[...document.querySelectorAll('#layout td.read')].map(c => c.textContent)"
    chosen = "(c => [c.dataset.i, c.dataset.j])(document.querySelector('#result td.chosen'))"
    assert page.ask(chosen) == ["1", "1"]
    assert page.ask(read) == ["−0.038098", "0.596884"]
    assert page.ask("document.querySelector('#entry').textContent").endswith("= −0.0227402")
    assert "falls by 0.0227" in page.ask("document.querySelector('#sentence').textContent")
    assert page.ask("document.querySelector('#check').textContent").startswith("✓")
    page.press("h")
    page.press("k")
    assert page.ask(chosen) == ["0", "0"]
    page.click("#result td[data-i='1'][data-j='0']")
    assert page.ask(chosen) == ["1", "0"]
    page.press("n")  # z = Wᵀa + b stores W transposed: the same weight is at another place
    assert page.ask(chosen) == ["0", "1"]
    assert page.ask("document.querySelector('#formula').textContent") == "z = Wᵀa + b"
    assert "falls by 0.0226" in page.ask("document.querySelector('#sentence').textContent")
    assert_quiet(page)


def test_why_by_three_routes(browser: Browser, mazur: Path) -> None:
    page = browser.page(mazur.as_uri() + "#step=8")
    hidden = "document.querySelector('#why').hidden"
    assert page.ask(hidden)
    page.click("#ask-why")
    assert not page.ask(hidden)
    texts = set()
    for key in "123":
        page.press(key)
        assert page.ask("document.querySelectorAll('#derivation li').length") >= 3
        assert page.ask("[...document.querySelectorAll('#derivation .fails')].length") == 0
        texts.add(page.ask("document.querySelector('#derivation ol').textContent"))
    assert len(texts) == 3
    assert "outer product" in page.ask("document.querySelector('.answer-box').textContent")
    page.press("w")
    assert page.ask(hidden)
    assert_quiet(page)


def test_a_demo_that_asks_why_opens_it(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "why.html"
    path.write_text(demo_page(open_demo("why-hadamard")), encoding="utf-8")
    page = browser.page(path.as_uri())
    opened = []
    for _ in range(int(page.ask("document.querySelectorAll('#steps li').length"))):
        page.press("ArrowRight")
        if not page.ask("document.querySelector('#why').hidden"):
            opened.append(page.ask("document.querySelector('#routes [aria-selected=true]').textContent"))
    assert opened == ["2 Jacobians", "2 Jacobians"]
    assert_quiet(page)


def test_buttons_map_tape_and_help(browser: Browser, lesson: Path) -> None:
    page = browser.page(lesson.as_uri())
    page.click("#next")
    assert page.ask(STEP) == "1"
    page.click("#back")
    assert page.ask(STEP) == "0"
    page.click("#steps li:nth-child(7) button")
    assert page.ask(STEP) == "7"
    page.click(".quantity[data-id=grad_W1]")
    assert page.ask(STEP) == "8"
    page.click("#chapters button:nth-child(3)")
    assert page.ask(STEP) == "13"
    page.press("?")
    assert page.ask("document.querySelector('#help').open")
    page.press("ArrowRight")  # the page behind the list stays where it is
    assert page.ask(STEP) == "13"
    page.press("Escape")
    assert not page.ask("document.querySelector('#help').open")
    assert_quiet(page)


def test_a_finger_swipes(browser: Browser, lesson: Path) -> None:
    page = browser.page(lesson.as_uri(), width=360, height=740, touch=True)
    page.swipe((300, 330), (80, 340))
    assert page.ask(STEP) == "1"
    page.swipe((80, 330), (300, 335))
    assert page.ask(STEP) == "0"
    page.swipe((200, 500), (190, 200))  # that is scrolling
    assert page.ask(STEP) == "0"
    assert_quiet(page)


@pytest.mark.parametrize("width", [360, 1000, 1920])
def test_nothing_sticks_out_at_any_width(browser: Browser, lesson: Path, width: int) -> None:
    page = browser.page(lesson.as_uri() + "#step=10", width=width, height=900)
    for key in ("w", "2"):
        page.press(key)
        assert page.ask("document.documentElement.scrollWidth") <= width
    assert_quiet(page)


def test_symbols_in_text_are_set_as_in_print(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "attention.html"
    path.write_text("".join(written(Trace(ns.open("attention")), "html")), encoding="utf-8")
    page = browser.page(path.as_uri() + "#step=14")
    assert page.ask("document.querySelector('.about').innerHTML").count("<sub>") == 3
    assert page.ask("document.querySelector('#heading sub').textContent") == "k"
    assert "W_k" not in page.ask("document.querySelector('#stage').textContent")
    page.press("w")
    assert "_" not in page.ask("document.querySelector('#why').textContent")
    assert page.ask("[...document.querySelectorAll('.answer-box sup')].map(s => s.textContent)") == ["T", "T"]
    assert_quiet(page)


def test_a_long_formula_goes_on_in_a_new_line(browser: Browser, tmp_path: Path) -> None:
    session, path = ns.open("attention"), tmp_path / "attention.html"
    path.write_text("".join(written(Trace(session), "html")), encoding="utf-8")
    place = f"{path.as_uri()}#step={session.program.step('grad_X').number}"
    page = browser.page(place, width=2400)
    whole = page.ask("document.querySelector('#equation').textContent")
    assert page.ask("document.querySelectorAll('#equation math').length") == 1
    narrow = browser.page(place, width=360, height=740)
    assert narrow.ask("document.querySelectorAll('#equation math').length") > 1
    assert narrow.ask("document.querySelector('#equation').textContent") == whole
    assert narrow.ask("(e => e.scrollWidth <= e.clientWidth)(document.querySelector('#equation'))")
    assert narrow.ask("document.documentElement.scrollWidth") <= 360


CONTRASTS = """(() => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 1, height: 1});
  const context = canvas.getContext("2d", {willReadFrequently: true});
  const flat = (layers) => {
    context.clearRect(0, 0, 1, 1);
    layers.forEach((colour) => { context.fillStyle = colour; context.fillRect(0, 0, 1, 1); });
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => rgb.map((c) => c / 255).map((c) => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest("#back, script, [disabled]")) continue;
    const layers = [];
    for (let up = element; up; up = up.parentElement) layers.unshift(getComputedStyle(up).backgroundColor);
    const ground = flat(layers), text = flat([...layers, getComputedStyle(element).color]);
    const [a, b] = [light(ground), light(text)].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) low.push([element.tagName, `${element.className}`, element.textContent]);
  }
  return low;
})()"""


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("step", [0, 8, 14])
def test_text_has_contrast(browser: Browser, lesson: Path, dark: bool, step: int) -> None:
    page = browser.page(lesson.as_uri() + f"#step={step}", dark=dark)
    if step == 8:
        page.press("w")
    assert page.ask(CONTRASTS) == []


def test_a_screen_reader_finds_its_way(browser: Browser, lesson: Path) -> None:
    page = browser.page(lesson.as_uri() + "#step=8")
    page.press("w")
    shown = "[...document.querySelectorAll('h1, h2, h3, h4')].filter(h => h.checkVisibility()).map(h => +h.tagName[1])"
    levels = page.ask(shown)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.ask("document.documentElement.lang") == "en"
    assert page.ask("document.querySelector('#sentence').getAttribute('aria-live')") == "polite"
    assert page.ask("[...document.querySelectorAll('#layout th')].every(h => h.scope)")
    nameless = "[...document.querySelectorAll('button')].filter(b => !(b.ariaLabel || b.textContent).trim()).length"
    assert page.ask(nameless) == 0


def test_print_has_all_steps_one_under_another(browser: Browser, lesson: Path) -> None:
    page = browser.page(lesson.as_uri() + "#step=3")
    page.media(kind="print")
    assert page.ask("[...document.querySelectorAll('.leaf')].filter(s => s.checkVisibility()).length") == 26
    assert not page.ask("document.querySelector('#stage').checkVisibility()")
    page.media()
    assert page.ask("[...document.querySelectorAll('.leaf')].filter(s => s.checkVisibility()).length") == 0


def test_a_strangers_markup_shows_as_characters(browser: Browser, tmp_path: Path) -> None:
    source = tmp_path / "own.demo"
    title = "</title><script>document.title='broken'</script>"
    said = "<img src=x onerror=document.title='broken'><b>"
    source.write_text(
        f'demo 1\ntitle "{title}"\nnetwork mazur\nchapter "{said}"\nsay "{said}"\nnext\n', encoding="utf-8"
    )
    path = tmp_path / "own.html"
    path.write_text(demo_page(open_demo(source)), encoding="utf-8")
    page = browser.page(path.as_uri())
    assert page.ask("document.title") == title
    assert page.ask("document.querySelector('h1').textContent") == title
    assert page.ask("document.querySelector('#said').textContent") == said
    assert page.ask("document.querySelector('#chapters').textContent") == said
    assert_quiet(page)


def test_a_large_network(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "digits.html"
    path.write_text("".join(written(Trace(ns.open(large_layer())), "html")), encoding="utf-8")
    session = ns.open(large_layer())
    page = browser.page(f"{path.as_uri()}#step={session.program.step('grad_W0').number}")
    session.goto("grad_W0")
    cells = page.ask(
        "[...document.querySelectorAll('#result td[data-i]')].map(c => [+c.dataset.i, +c.dataset.j, +c.title])"
    )
    assert len(cells) == 36
    assert all(session["grad_W0"][row, column] == value for row, column, value in cells)
    assert page.ask("document.querySelector('#layout canvas').getAttribute('aria-label')").startswith("32 by 64")
    page.press("n")
    assert page.ask("document.querySelector('#layout canvas').getAttribute('aria-label')").startswith("64 by 32")
    assert_quiet(page)
    narrow = browser.page(path.as_uri() + "#step=12", width=360, height=740, touch=True)
    assert narrow.ask("document.documentElement.scrollWidth") <= 360
