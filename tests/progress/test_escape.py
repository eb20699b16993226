import pytest

from emoaff.progress import escape_unprintable


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("holiday in 日本.jpg", "holiday in 日本.jpg"),
        ("caf\udce9.jpg", r"caf\xe9.jpg"),  # how Python gives the byte e9
        ("two\nlines.jpg", r"two\nlines.jpg"),
        ("red\x1b[31m.jpg", r"red\x1b[31m.jpg"),
        ("back\u202egpj.jpg", r"back\u202egpj.jpg"),  # shows backwards
        ("", ""),
    ],
)
def test_what_does_not_print_is_escaped(name, shown):
    assert escape_unprintable(name) == shown
    assert escape_unprintable(name).isprintable()
