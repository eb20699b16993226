"""The page of examples/browser, in a real browser with a drawn camera."""

import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import threading

import cv2
import numpy as np
import pytest

import emoaff
from emoaff.exporting.faces import draw_faces
from tests.exporting import small_models

BROWSER = pathlib.Path(__file__).parents[2] / "examples" / "browser"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
# Where `npm install` puts it, or wherever else it lies.
RUNTIME = pathlib.Path(
    os.environ.get("ONNXRUNTIME_WEB")
    or BROWSER / "node_modules" / "onnxruntime-web" / "dist"
)
needs_browser = pytest.mark.skipif(
    not (CHROMIUM and RUNTIME.is_dir()),
    reason="needs Chromium, and `npm install` in examples/browser",
)


def serve():
    spec = importlib.util.spec_from_file_location("serve", BROWSER / "serve.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_camera(path, pictures, fps=20):
    """Writes RGB pictures as the raw video that Chromium takes for a camera."""
    height, width = pictures[0].shape[:2]
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{fps}:1 Ip A1:1\n".encode())
        for picture in pictures:
            file.write(b"FRAME\n")
            file.write(cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420).tobytes())


def scene(face):
    """A camera's picture with the face where the page's square is."""
    picture = np.full((480, 640, 3), 90, np.uint8)
    side = 336  # 0.7 of the height
    large = cv2.resize(face, (side, side), interpolation=cv2.INTER_CUBIC)
    picture[72 : 72 + side, 152 : 152 + side] = large
    return picture


def answers_of_page(model, camera, wanted, tmp_path):
    """What the page logs, up to so many answers."""
    made = serve().server(model, 0, RUNTIME)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    browser = subprocess.Popen(
        [
            *(CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu"),
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={camera}",
            f"--user-data-dir={tmp_path / 'browser'}",
            "--enable-logging=stderr",
            f"http://127.0.0.1:{made.server_address[1]}/?log",
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    watch = threading.Timer(120, browser.kill)
    watch.start()
    answers, seen = [], []
    try:
        for line in browser.stderr:
            seen.append(line)
            found = re.search(r'"answer (\{.*?\})"', line)
            if found:
                answers.append(json.loads(found[1]))
            if len(answers) == wanted or '"failed' in line:
                break
    finally:
        watch.cancel()
        browser.kill()
        browser.wait()
        made.shutdown()
    assert len(answers) == wanted, "".join(seen[-20:])
    return answers


@pytest.mark.slow
@needs_browser
def test_the_page_sees_what_the_preset_sees(tmp_path):
    face = draw_faces((128, 128), 2, 8)[0, 2]
    write_camera(tmp_path / "camera.y4m", [scene(face)] * 20)
    emoaff.export("compact_ferplus", tmp_path / "model.onnx")
    answers = answers_of_page(
        tmp_path / "model.onnx", tmp_path / "camera.y4m", 5, tmp_path
    )
    preset = emoaff.load_preset("compact_ferplus")
    (expected,) = preset.predict([face])["expression"]
    for answer in answers:
        got = [answer[name] for name in preset.labels.classes]
        assert np.argmax(got) == np.argmax(expected)
        # The camera's colours are coarser and the browser resizes otherwise.
        np.testing.assert_allclose(got, expected, atol=0.15)


@pytest.mark.slow
@needs_browser
def test_the_page_remembers_in_the_streaming_form(tmp_path):
    preset = small_models.sequence_preset(tmp_path / "p")
    emoaff.export(preset, tmp_path / "model.onnx")
    face = draw_faces((128, 128), 2, 8)[0, 2]
    write_camera(tmp_path / "camera.y4m", [scene(face)] * 20)
    answers = answers_of_page(
        tmp_path / "model.onnx", tmp_path / "camera.y4m", 4, tmp_path
    )
    small = cv2.resize(face, (24, 24), interpolation=cv2.INTER_AREA)
    clip = np.float32([[small] * 4])
    expected = preset.model.predict_on_batch(clip)["arousal_valence"][0]
    assert np.abs(np.diff(expected, axis=0)).max() > 0.3
    got = [[answer["arousal"], answer["valence"]] for answer in answers]
    # A memory that began anew with each frame would be 0.3 off and more.
    np.testing.assert_allclose(got, expected.clip(-1, 1), atol=0.1)


def test_the_server_forbids_the_page_to_talk_to_others(tmp_path):
    import urllib.request

    (tmp_path / "model.onnx").write_bytes(b"weights")
    made = serve().server(tmp_path / "model.onnx", 0, tmp_path)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{made.server_address[1]}"
    try:
        with urllib.request.urlopen(f"{address}/model.onnx") as answer:
            assert answer.read() == b"weights"
        with urllib.request.urlopen(address) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert b"Fit your face into the square" in answer.read()
    finally:
        made.shutdown()
    assert policy.startswith("default-src 'self';")
    assert made.server_address[0] == "127.0.0.1"
