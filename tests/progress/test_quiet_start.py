import types

from emoaff.progress import quiet_start


def test_only_the_start_is_silenced(monkeypatch, capfd):
    def start(_):
        quiet_start.os.write(2, b"of its start\n")
        raise ImportError("told by the next import")

    monkeypatch.setattr(
        quiet_start, "importlib", types.SimpleNamespace(import_module=start)
    )
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    quiet_start.start_quietly()
    quiet_start.os.write(2, b"an error\n")
    assert capfd.readouterr().err == "an error\n"
