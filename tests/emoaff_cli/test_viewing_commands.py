"""`emoaff app`: what is handed on, and mistakes."""

import socket

import pytest

import emoaff_cli
from emoaff import app


@pytest.fixture
def started(monkeypatch):
    calls = []
    monkeypatch.setattr(app, "run_app", lambda *a, **k: calls.append(a))
    return calls


def test_limits_are_said_in_words_of_people(started):
    argv = ["app", "--max-mb", "20", "--max-minutes", "2", "--port", "0"]
    assert emoaff_cli.main([*argv, "--keep-minutes", "5"]) == 0
    ((host, port, model, limits, _),) = started
    assert (host, port, model) == ("127.0.0.1", 0, "compact_ferplus")
    assert limits == app.Limits(file_mb=20, length_s=120, keep_s=300)


def test_without_options_it_is_for_this_machine_alone(started):
    assert emoaff_cli.main(["app"]) == 0
    ((host, port, _, limits, _),) = started
    assert (host, port, limits) == ("127.0.0.1", 8765, app.Limits())


def test_a_port_that_is_taken_and_a_limit_of_none_cost_a_sentence(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert emoaff_cli.main(["app", "--port", port]) == 2
    assert f"127.0.0.1 and {port}" in capsys.readouterr().err
    assert emoaff_cli.main(["app", "--max-mb", "0"]) == 2
    assert "file_mb over 0" in capsys.readouterr().err
