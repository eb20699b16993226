import importlib

import pytest

import emoaff
from emoaff.version import RENAMED


@pytest.mark.parametrize(
    ("package", "old", "new"),
    [(p, old, new) for p in RENAMED for old, new in RENAMED[p].items()],
)
def test_old_names_work_and_say_the_new_one(package, old, new):
    module = importlib.import_module(package)
    with pytest.warns(DeprecationWarning, match=f"`{package}.{new}`") as said:
        found = getattr(module, old)
    assert found is getattr(module, new)
    assert said[0].filename == __file__
    assert new in module.__all__
    assert old not in module.__all__


def test_a_name_that_never_was_is_refused():
    with pytest.raises(AttributeError, match="emoaff.corpora.*'nonsense'"):
        _ = emoaff.corpora.nonsense
