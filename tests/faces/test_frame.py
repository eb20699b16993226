import cv2
import numpy as np
import pytest

from emoaff.faces import Frame


def test_grey_is_the_luma_of_bt_601(monkeypatch):
    image = np.array([[[100, 0, 0], [0, 100, 0], [0, 0, 100]]], np.uint8)
    frame = Frame(0, 0.0, image)
    assert frame.grey.tolist() == [[30, 59, 11]]  # 29.9, 58.7, 11.4
    monkeypatch.setattr(cv2, "cvtColor", lambda *_: pytest.fail("again"))
    assert frame.grey.dtype == np.uint8
