"""Histogram matching moves values, keeps their order, and refuses what it cannot match."""

import numpy as np
import pytest

from gan_helpers.translation import colors


def pictures(seed, low=0, high=256, count=40):
    return np.random.default_rng(seed).integers(low, high, (count, 8, 8, 3)).astype(np.uint8)


def test_a_known_table():
    source = np.uint8([0, 0, 10, 20]).reshape(1, 2, 2, 1)
    target = np.uint8([100, 150, 150, 200]).reshape(1, 2, 2, 1)
    # Half of the source lies at 0: half of the target lies below or at 150.
    wanted = np.uint8([150, 150, 150, 200]).reshape(1, 2, 2, 1)
    assert np.array_equal(colors.match_histogram(source, source, target), wanted)


def test_a_distribution_becomes_the_target():
    source, target = pictures(0, 0, 100, 400), pictures(1, 120, 256, 400)
    found = colors.match_histogram(source, source, target)
    quantiles = np.linspace(0, 1, 11)
    np.testing.assert_allclose(
        np.quantile(found, quantiles), np.quantile(target, quantiles), atol=2
    )


def test_matching_a_set_to_itself_changes_nothing():
    assert np.array_equal(
        colors.match_histogram(pictures(0), pictures(0), pictures(0)), pictures(0)
    )


def test_channels_are_matched_apart_and_order_stays():
    source, target = pictures(0), pictures(1)
    target[..., 1] //= 4
    found = colors.match_histogram(source, source, target)
    assert found[..., 1].max() <= 63 < 200 < found[..., 0].max()
    order = np.argsort(source[..., 1].ravel(), kind="stable")
    assert (np.diff(found[..., 1].ravel()[order].astype(int)) >= 0).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((pictures(0).astype(float), pictures(0), pictures(1)), "images is float64"),
        ((pictures(0), pictures(0)[0], pictures(1)), "source has the shape"),
        ((pictures(0), pictures(0), pictures(1)[..., :1]), "numbers of channels"),
    ],
)
def test_arrays_that_cannot_be_matched_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        colors.match_histogram(*arguments)
