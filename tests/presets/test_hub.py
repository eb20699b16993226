"""Presets of the Hub, against a server of this test's own."""

import hashlib
import http.server
import json
import shutil
import threading

import numpy as np
import pytest

import emoaff_cli
from emoaff import presets
from emoaff.presets import hub
from tests.small_presets import AFFECT
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model

pytest.importorskip("huggingface_hub")
COMMIT = "c0ffee" + "0" * 34


class _Hub(http.server.BaseHTTPRequestHandler):
    files = {}
    asked = []
    large = ()

    def do_HEAD(self):
        self.answer(with_body=False)

    def do_GET(self):
        self.answer(with_body=True)

    def answer(self, with_body):
        type(self).asked.append(self.path)
        parts = self.path.split("?")[0].strip("/").split("/")
        if parts[:5] == ["api", "models", "lab", "moods", "tree"]:
            tree = [
                {"type": "file", "path": name, "size": len(body), "oid": "0"}
                for name, body in self.files.items()
            ]
            return self.send(json.dumps(tree).encode(), with_body)
        if parts[:4] == ["api", "models", "lab", "moods"]:
            body = {
                "id": "lab/moods",
                "sha": COMMIT,
                "private": False,
                "tags": [],
                "downloads": 0,
                "likes": 0,
                "siblings": [{"rfilename": name} for name in self.files],
            }
            return self.send(json.dumps(body).encode(), with_body)
        if parts[:3] == ["lab", "moods", "resolve"]:
            body = self.files.get("/".join(parts[4:]))
            if body is not None and parts[-1] in self.large:
                return self.send_elsewhere(parts[-1], body)
            if body is not None:
                return self.send(body, with_body)
        if parts[0] == "cdn":
            return self.send(self.files[parts[1]], with_body)
        self.send_response(404)
        self.send_header("X-Error-Code", "RepoNotFound")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send_elsewhere(self, name, body):
        """As the Hub answers for files of Git LFS."""
        self.send_response(302)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("X-Linked-Size", str(len(body)))
        etag = hashlib.sha256(body).hexdigest()
        self.send_header("X-Linked-Etag", f'"{etag}"')
        host, port = self.server.server_address
        self.send_header("Location", f"http://{host}:{port}/cdn/{name}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send(self, body, with_body):
        self.send_response(200)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{hashlib.sha1(body).hexdigest()}"')  # noqa: S324
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def preset(tmp_path):
    return saved(
        tmp_path / "p", still_model({"arousal_valence": dense(2)}), AFFECT
    )


@pytest.fixture
def served(preset, tmp_path, monkeypatch):
    files = {p.name: p.read_bytes() for p in preset.path.iterdir()}
    _Hub.files = {**files, "evil.pkl": b"pickled", "code.py": b"import os"}
    _Hub.asked, _Hub.large = [], ()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    yield server
    server.shutdown()


def test_a_preset_of_the_hub_is_named_like_any_other(served, preset, capsys):
    found = presets.load_preset(f"hf://lab/moods@{COMMIT}")
    faces = np.zeros((2, 24, 24, 3), np.uint8)
    for name, values in preset.predict(faces).items():
        np.testing.assert_array_equal(found.predict(faces)[name], values)
    names = {path.name for path in found.path.iterdir()}
    assert not {"evil.pkl", "code.py"} & names
    assert emoaff_cli.main(["models", "pull", f"hf://lab/moods@{COMMIT}"]) == 0
    assert capsys.readouterr().out.strip() == str(found.path)
    # A commit that is there is not asked for again.
    _Hub.asked.clear()
    served.shutdown()
    presets.load_preset(f"hf://lab/moods@{COMMIT}")


def test_weights_that_were_replaced_are_refused(served):
    _Hub.files["model.weights.h5"] = b"other"
    with pytest.raises(ValueError, match="checksum differs"):
        presets.load_preset(f"hf://lab/moods@{COMMIT}")


def test_large_files_come_from_where_the_hub_sends_one(served, preset):
    _Hub.large = ("model.weights.h5",)
    found = presets.load_preset(f"hf://lab/moods@{COMMIT}")
    assert "/cdn/model.weights.h5" in _Hub.asked
    faces = np.zeros((1, 24, 24, 3), np.uint8)
    for name, values in preset.predict(faces).items():
        np.testing.assert_array_equal(found.predict(faces)[name], values)


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
def test_a_pointer_that_was_pushed_for_a_file_is_named(served, name):
    pointer = (
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    )
    _Hub.files = {**_Hub.files, name: pointer.encode()}
    with pytest.raises(ValueError, match="Git LFS"):
        presets.load_preset(f"hf://lab/moods@{COMMIT}")


def test_what_is_not_there_says_so(served):
    with pytest.raises(ValueError, match="No preset hf://lab/none@v1"):
        presets.load_preset("hf://lab/none@v1")
    with pytest.raises(ValueError, match="a revision.*moods@REVISION"):
        presets.load_preset("hf://lab/moods")
    with pytest.raises(ValueError, match="hf://user/name@revision"):
        presets.load_preset("hf://moods")


def test_a_push_takes_the_preset_s_files_alone(preset, monkeypatch):
    class Api:
        def create_repo(self, repo, **options):
            assert (repo, options["private"]) == ("lab/moods", True)

        def upload_folder(self, repo_id, folder_path, allow_patterns):
            assert folder_path == preset.path
            assert "model.weights.h5" in allow_patterns
            assert not any("*" in pattern for pattern in allow_patterns)
            return type("Done", (), {"oid": COMMIT})

    monkeypatch.setattr(hub, "_api", lambda library: Api())
    said = hub.push_preset(preset.path, "hf://lab/moods")
    assert said == f"hf://lab/moods@{COMMIT}"
    with pytest.raises(ValueError, match="no revision to push to"):
        hub.push_preset(preset.path, "hf://lab/moods@v1")


def test_a_preset_of_a_recipe_without_texts_is_not_pushed(
    preset, tmp_path, monkeypatch
):
    monkeypatch.setattr(hub, "_api", lambda library: pytest.fail("pushed"))
    folder = shutil.copytree(preset.path, tmp_path / "tried_out")
    config = presets.read_config(folder)
    origin = {**config.get("provenance", {}), "limits": "Not written yet."}
    presets.write_config(folder, {**config, "provenance": origin})
    with pytest.raises(ValueError, match="Nobody has written yet: limits"):
        hub.push_preset(folder, "hf://lab/moods")
