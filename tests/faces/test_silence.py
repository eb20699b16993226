import os

from emoaff.faces.silence import silence_output


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
