"""The page in a real browser: hover, zoom, keys, a click that plays."""

import os
import shutil

import av
import numpy as np
import pytest

from emoaff.prediction.report import write_report
from tests.prediction.results import row
from tests.prediction.results import write_result
from tests.sample import CLIP

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="needs Chromium"),
]


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as tool:
        browser = tool.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser, tmp_path):
    rows = [row(n, named=n // 30, strength=0.8) for n in range(60)]
    table = write_result(tmp_path, rows)
    path = write_report(table, video=CLIP)
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.context.set_offline(True)
    faults = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.goto(path.as_uri())
    yield tab
    assert faults == []
    tab.close()


def read_legend(page):
    """Class to what the legend shows under the pointer."""
    names = page.locator(".u-legend .u-label").all_inner_texts()
    values = page.locator(".u-legend .u-value").all_inner_texts()
    return dict(zip(names, values, strict=True))


def move(page, share):
    box = page.locator(".u-over").bounding_box()
    x = box["x"] + share * box["width"]
    y = box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    return x, y


def wait_for_time(page, *expected):
    """Moves settle when the page has drawn, which a busy machine puts off."""
    for _ in range(50):
        if read_legend(page)["time"] in expected:
            return
        page.wait_for_timeout(100)
    assert read_legend(page)["time"] in expected


def test_values_are_shown_where_there_is_a_pointer_only(page):
    assert not page.locator(".u-legend").first.is_visible()
    move(page, 0.25)
    assert page.locator(".u-legend").first.is_visible()


def test_hovering_shows_each_probability(page):
    move(page, 0.25)
    assert read_legend(page)["neutral"] == "0.80"
    assert read_legend(page)["happiness"] == "0.10"
    move(page, 0.75)
    assert read_legend(page)["happiness"] == "0.80"


def test_dragging_zooms_and_a_double_click_shows_all(page):
    def ticks():
        canvas = page.locator("canvas").first
        return canvas.screenshot()

    whole = ticks()
    move(page, 0.4)
    page.mouse.down()
    move(page, 0.6)
    page.mouse.up()
    assert ticks() != whole
    # The middle of the zoomed span is the middle of the video still.
    move(page, 0.1)
    wait_for_time(page, "0:02.5", "0:02.4")
    page.mouse.dblclick(*move(page, 0.5))
    move(page, 0.1)
    wait_for_time(page, "0:00.6", "0:00.5")


def test_a_click_plays_the_video_there(page):
    page.mouse.click(*move(page, 0.5))
    page.wait_for_function("document.querySelector('video').currentTime > 2.5")
    at = page.evaluate("document.querySelector('video').currentTime")
    assert 2.5 < at < 5


def test_a_video_whose_pictures_cannot_be_played_is_told(browser, tmp_path):
    made, table = tmp_path / "phone.mov", write_result(tmp_path, [row(0)])
    with av.open(os.fspath(made), "w") as file:
        pictures = file.add_stream("libx265", 10)
        pictures.width, pictures.height = 64, 48
        pictures.pix_fmt = "yuv420p"
        sound = file.add_stream("aac", 16000)
        for n in range(10):
            picture = np.full((48, 64, 3), n * 20, np.uint8)
            file.mux(pictures.encode(av.VideoFrame.from_ndarray(picture)))
        heard = np.zeros((1, 16000), np.float32)
        heard = av.AudioFrame.from_ndarray(heard, "fltp", "mono")
        heard.sample_rate = 16000
        file.mux(sound.encode(heard))
        file.mux(pictures.encode())
        file.mux(sound.encode())
    (tmp_path / "clip_annotated.mp4").touch()
    path = write_report(table, video=made)
    tab = browser.new_page()
    tab.goto(path.as_uri())
    tab.wait_for_function("document.querySelector('video').readyState > 0")
    if tab.evaluate("document.querySelector('video').videoWidth"):
        pytest.skip("this browser plays HEVC")
    line = tab.locator("#no-video")
    line.wait_for(state="visible", timeout=5000)
    assert "clip_annotated.mp4 plays everywhere." in line.inner_text()
    tab.close()


def test_a_video_that_plays_has_no_such_line(page):
    page.wait_for_function("document.querySelector('video').readyState > 0")
    assert not page.locator("#no-video").is_visible()


def test_keys_move_along_the_timeline(page):
    page.locator(".chart").focus()
    page.keyboard.press("ArrowRight")
    first = read_legend(page)["time"]
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert read_legend(page)["time"] > first


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_screen(page, width, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_timeout(400)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


def test_what_is_printed_has_its_colours(page):
    page.emulate_media(media="print")
    for selector in (".shares span", ".legend i"):
        style = page.locator(selector).first.evaluate(
            "each => getComputedStyle(each).printColorAdjust"
        )
        assert style == "exact"


def test_valence_and_arousal_have_a_scale(browser, tmp_path):
    rows = [row(n, valence=0.5, arousal=-0.5) for n in range(60)]
    path = write_report(write_result(tmp_path, rows))
    tab = browser.new_page(viewport={"width": 390, "height": 900})
    tab.add_init_script(
        "window.written = [];"
        "const fill = CanvasRenderingContext2D.prototype.fillText;"
        "CanvasRenderingContext2D.prototype.fillText = function(text, ...at) {"
        "  window.written.push(text); return fill.call(this, text, ...at); };"
    )
    tab.goto(path.as_uri())
    tab.wait_for_timeout(300)
    written = set(tab.evaluate("window.written"))
    assert {"-1.0", "0.0", "1.0"} <= written
    tab.close()
