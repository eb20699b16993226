"""The page in a real browser: upload, result, download, webcam."""

import shutil
import threading
import time

import pytest

from emoaff.app import Limits
from emoaff.app import build_app
from tests.sample import CLIP
from tests.sample import PORTRAIT

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="needs Chromium"),
]
WAIT_MS = 240_000


@pytest.fixture(scope="module")
def address():
    uvicorn = pytest.importorskip("uvicorn")
    config = uvicorn.Config(
        build_app(Limits(file_mb=20)), port=0, log_level="warning"
    )
    socket = config.bind_socket()
    made = uvicorn.Server(config)
    thread = threading.Thread(target=made.run, kwargs={"sockets": [socket]})
    thread.start()
    while not made.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{socket.getsockname()[1]}/"
    made.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as tool:
        browser = tool.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                # As if the network were cut: no name but this machine's.
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser, address):
    tab = browser.new_page(
        viewport={"width": 390, "height": 800}, permissions=["camera"]
    )
    faults, asked = [], []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("console", lambda m: m.type == "error" and faults.append(m.text))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(address)
    tab.wait_for_selector("#choice-model", state="attached")
    yield tab
    assert faults == []
    own = (address, "data:", "blob:" + address)
    assert asked and all(url.startswith(own) for url in asked)
    tab.close()


def test_upload_result_and_download(page, tmp_path):
    page.set_input_files("#pick", CLIP)
    result = page.locator(".result:visible")
    result.wait_for(timeout=WAIT_MS)
    assert "person 1" in page.locator("tbody").inner_text()
    assert "happiness" in page.locator("tbody").inner_text()
    names = page.locator("a[download]").all_inner_texts()
    assert len(names) == len(set(names)) > 5  # told apart by what they say
    with page.expect_download() as waiting:
        page.get_by_role("link", name="rows (CSV)").click()
    assert waiting.value.suggested_filename == "astronaut.csv"
    waiting.value.save_as(tmp_path / "a.csv")
    lines = (tmp_path / "a.csv").read_text("utf-8").splitlines()
    assert len(lines) >= 151
    # The report plays the drawn video, and its timeline is there.
    report = page.frame_locator("iframe")
    report.locator(".u-over").first.wait_for()
    source = report.locator("video").get_attribute("src")
    assert source.endswith("astronaut_annotated.mp4")
    page.wait_for_function(
        "document.querySelector('iframe').contentDocument"
        ".querySelector('video').readyState >= 1"
    )
    # Nothing is wider than the screen, nor cut off below.
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    frame = page.locator("iframe").bounding_box()["height"]
    inside = "document.querySelector('iframe').contentDocument.body"
    assert frame >= page.evaluate(f"{inside}.scrollHeight")
    # After a reload it is still there; then it is removed.
    page.reload()
    page.locator(".result:visible").wait_for()
    page.get_by_role("button", name="Remove").click()
    page.locator(".job").wait_for(state="detached")
    page.reload()
    page.wait_for_selector("#choice-model", state="attached")
    assert page.locator(".job").count() == 0


def test_another_tab_sees_nothing_of_it(page, browser, address):
    page.set_input_files("#pick", PORTRAIT)
    page.locator(".result:visible").wait_for(timeout=WAIT_MS)
    assert page.locator(".drawn img").evaluate("each => each.naturalWidth")
    other = browser.new_page()
    other.goto(address)
    other.wait_for_selector("#choice-model", state="attached")
    assert other.locator(".job").count() == 0
    other.close()


def test_what_is_no_video_is_said(page, tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_text("text\n" * 100)
    page.set_input_files("#pick", path)
    page.locator(".failed").wait_for(timeout=WAIT_MS)
    said = page.locator(".state").inner_text()
    assert said.startswith("clip.mp4: expected a video")
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        file.truncate(21_000_000)
    page.set_input_files("#pick", large)
    page.get_by_text("at most 20 MB. Received: 21 MB").wait_for()


def test_the_webcam_gives_a_picture_and_a_recording(page):
    page.get_by_role("button", name="Use the webcam").click()
    page.get_by_role("button", name="Take a picture").click()
    page.locator(".result:visible").wait_for(timeout=WAIT_MS)
    assert page.locator("h2").inner_text().endswith(".jpg")
    # What Chromium's own camera shows is no face.
    assert "no face found" in page.locator(".state").inner_text()
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="End the recording").click()
    page.locator(".result:not([hidden])").nth(1).wait_for(timeout=WAIT_MS)
    assert "frames" in page.locator(".state").first.inner_text()
    page.get_by_role("button", name="Close the webcam").click()
    assert page.locator("#webcam").is_hidden()
