import os
import types

from emoaff.progress import silence
from emoaff.progress.silence import silence_output


def test_native_output_is_dropped_and_comes_back(capfd):
    os.write(2, b"before ")
    with silence_output():
        os.write(2, b"lost ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"


def test_an_error_does_not_leave_it_silent(capfd):
    try:
        with silence_output():
            raise KeyError
    except KeyError:
        os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"


def test_only_the_start_is_silenced(monkeypatch, capfd):
    def start(_):
        silence.os.write(2, b"of its start\n")
        raise ImportError("told by the next import")

    monkeypatch.setattr(
        silence, "importlib", types.SimpleNamespace(import_module=start)
    )
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    silence.start_quietly()
    silence.os.write(2, b"an error\n")
    assert capfd.readouterr().err == "an error\n"
