import numpy as np
import pytest

from emoaff.faces import tone


def code_pq(nits):
    """SMPTE ST 2084, inverse EOTF, in float64."""
    y = (np.float64(nits) / 10_000) ** (2610 / 16384)
    return ((3424 / 4096 + 2413 / 128 * y) / (1 + 2392 / 128 * y)) ** (
        2523 / 32
    )


def code_srgb(light):
    light = np.float64(light)
    return np.where(
        light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055
    )


def grey(code):
    return np.full((2, 3, 3), round(255 * float(code)), np.uint8)


@pytest.mark.parametrize("light", [0.05, 0.18, 0.4, 0.55])
def test_light_up_to_60_percent_of_white_paper_stays_as_it_is(light):
    shown = tone.tone_map(grey(code_pq(203 * light)), tone.PQ)
    assert shown.shape == (2, 3, 3) and shown.dtype == np.uint8
    # One code of PQ in 8 bits is up to 3 codes here.
    np.testing.assert_allclose(shown, 255 * code_srgb(light), atol=4)


def test_hlg_puts_white_paper_where_bt_2408_does():
    # 75 % signal is 203 nits on the screen of 1000: (e^((.75-c)/a)+b)/12
    # = .265, and 1000 * .265^1.2 = 203. White is pressed to .6 + .4(1-1/e).
    shown = tone.tone_map(grey(0.75), tone.HLG)
    expected = 255 * code_srgb(0.6 + 0.4 * (1 - np.exp(-1)))
    np.testing.assert_allclose(shown, expected, atol=3)


@pytest.mark.parametrize("transfer", [tone.PQ, tone.HLG])
def test_brighter_stays_brighter_and_black_black(transfer):
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=2)
    shown = tone.tone_map(ramp, transfer)[:, 0, 0].astype(int)
    assert shown[0] <= 1 and shown[-1] >= 250
    assert (np.diff(shown) >= 0).all()


def test_red_of_bt_2020_is_out_of_reach_and_clipped():
    red = np.zeros((1, 1, 3), np.uint8)
    red[..., 0] = round(255 * code_pq(60))
    wide = tone.tone_map(red, tone.PQ)[0, 0]
    assert wide[0] > 150 and (wide[1:] == 0).all()
    # The same numbers with the primaries of BT.709 are darker: 1 to 1.66.
    assert tone.tone_map(red, tone.PQ, primaries=1)[0, 0, 0] < wide[0]


def test_only_pq_and_hlg_are_hdr():
    assert sorted(tone.HDR) == [16, 18]
    assert "HLG" in tone.describe_hdr(18)
