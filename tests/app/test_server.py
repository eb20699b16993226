"""The API as its users see it, with a model that takes no time."""

import concurrent.futures
import json
import re
import time

import pytest

from emoaff.app import Limits
from emoaff.app import build_app
from emoaff.app import server
from emoaff.prediction import file_work
from tests.app.quick import make_model
from tests.app.quick import make_picture
from tests.prediction.test_files import Detector

testclient = pytest.importorskip("starlette.testclient")
PAGE = ("app.html", "app.css", "app.js")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    model = make_model(tmp_path_factory.mktemp("model"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_work, "FaceDetector", Detector)
        app = build_app(Limits(file_mb=1), model)
        with testclient.TestClient(
            app, base_url="http://127.0.0.1:8765"
        ) as client:
            yield client


def send(client, name, data, query="annotate=no&doubt=always-answer"):
    return client.put(f"/api/jobs/{name}?{query}", content=data)


def wait(client, job):
    while True:
        said = client.get(f"/api/jobs/{job['id']}").json()
        if said["state"] in ("done", "failed"):
            return said
        time.sleep(0.02)


def error_of(response):
    assert list(response.json()) == ["error"]
    return response.json()["error"]


def test_a_picture_is_answered_and_its_files_can_be_had(client):
    job = send(client, "É 1.png", make_picture())
    assert job.status_code == 201
    said = wait(client, job.json())
    assert said["error"] is None
    (person,) = said["result"]["people"]
    assert sum(person["shares"].values()) == 1
    start = f"/api/jobs/{said['id']}/files"
    assert "É 1.csv" in said["files"] and "É 1.html" in said["files"]
    table = client.get(f"{start}/É 1.csv")
    assert table.text.startswith("frame,time_s,person")
    assert "attachment" in table.headers["content-disposition"]
    report = client.get(f"{start}/É 1.html")
    assert "default-src 'none'" in report.headers["content-security-policy"]
    assert "content-disposition" not in report.headers
    saved = client.get(f"{start}/É 1.html?save")
    assert "attachment" in saved.headers["content-disposition"]
    source = client.get(f"/api/jobs/{said['id']}/in/É 1.png")
    assert source.headers["content-type"] == "image/png"
    header = client.get(f"{start}/É 1.json").json()
    assert header["source"] == "É 1.png"
    assert client.delete(f"/api/jobs/{said['id']}").json() == {"removed": True}
    assert client.get(f"{start}/É 1.csv").status_code == 404


def test_twenty_at_once_are_all_answered_and_none_mixed_up(client):
    widths = range(60, 80)

    def ask(width):
        job = send(client, "same.png", make_picture(width)).json()
        said = wait(client, job)
        assert said["state"] == "done"
        place = f"/api/jobs/{said['id']}/files/same.json"
        return client.get(place).json()["media"]["width"]

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        assert list(pool.map(ask, widths)) == list(widths)


def test_three_gigabytes_are_refused_without_being_read(client, monkeypatch):
    service = client.app.state.service
    monkeypatch.setattr(service, "_receive", lambda *_: pytest.fail("read"))
    response = client.put(
        "/api/jobs/long.mp4",
        content=b"the first bytes",
        headers={"Content-Length": "3000000000"},
    )
    assert response.status_code == 413
    assert "Received: 3,000 MB" in error_of(response)


def test_what_grows_too_large_is_refused_and_removed(client):
    worker = client.app.state.service.worker
    before = set(worker._jobs)

    def grow():
        for _ in range(20):
            yield bytes(100_000)

    response = client.put("/api/jobs/long.mp4", content=grow())
    assert response.status_code == 413
    assert "at most 1 MB" in error_of(response)
    assert set(worker._jobs) == before


def test_a_name_that_leads_elsewhere_is_refused(client):
    for name in ("..%2F..%2Fx", "%2e%2e%2fx.mp4", "a%00b.mp4"):
        response = send(client, name, make_picture())
        assert response.status_code == 400
        assert "plain name of a file" in error_of(response)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("clip.mp4", b"no video, but text\n" * 99, "clip.mp4: expected a vid"),
        ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(99), "a.jpg: expected"),
        ("a.zip", b"PK\x03\x04" + bytes(99), "a.zip: expected"),
    ],
)
def test_what_is_no_picture_fails_with_a_sentence(name, data, sentence, client):
    said = wait(client, send(client, name, data).json())
    assert said["state"] == "failed"
    assert said["error"].startswith(sentence)
    assert "/tmp" not in said["error"]


def test_an_empty_file_and_unknown_choices_are_refused(client):
    assert "an empty one" in error_of(send(client, "a.png", b""))
    for query in ("faces=none", "model=/etc/passwd", "colour=red"):
        response = send(client, "a.png", make_picture(), query)
        assert response.status_code == 400
        assert "Received: " in error_of(response)


def test_nobody_finds_what_they_were_not_told(client):
    job = send(client, "a.png", make_picture()).json()
    wait(client, job)
    for place in ("guess", "", f"{job['id'][:-1]}", f"{job['id']}/files/x"):
        assert client.get(f"/api/jobs/{place}").status_code in (404, 405)
    for place in ("files/..%2F..%2Fx", "in/..%2Ffiles%2Fa.csv", "etc/a.png"):
        answer = client.get(f"/api/jobs/{job['id']}/{place}")
        assert answer.status_code in (404, 405)


def test_another_site_s_name_does_not_reach_it(client):
    answer = client.get("/api", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert client.get("/api").json()["file_mb"] == 1


def test_the_page_asks_nothing_of_anyone_else(client):
    for name in PAGE:
        text = (server._PAGE / name).read_text("utf-8")
        assert not re.findall(r"(?:https?:)?//[a-z0-9]+\.", text), name
        assert "@import" not in text
    page = client.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "http" not in policy
    assert client.get("/page/app.js").status_code == 200
    assert client.get("/page/..%2Fserver.py").status_code == 404
    assert client.get("/page/server.py").status_code == 404


def test_choices_are_those_that_are_taken(client):
    about = client.get("/api").json()
    query = "&".join(f"{k}={v[-1]}" for k, v in about["choices"].items())
    assert send(client, "a.png", make_picture(), query).status_code == 201
    assert json.dumps(about)
