"""Fillings without a GAN, against what they should be by definition."""

import numpy as np
import pytest

import gan_helpers as gh

RANDOM = np.random.default_rng(0)
TRAINING = RANDOM.integers(0, 256, (300, 7, 6, 3)).astype(np.uint8)
IMAGES = RANDOM.integers(0, 256, (5, 7, 6, 3)).astype(np.uint8)
KNOWN = gh.data.masks.pixels(5, (7, 6), 0.5, seed=2)
FILL = {
    "mean": lambda images, known: gh.imputation.fill_mean(images, known, TRAINING),
    "nearest": lambda images, known: gh.imputation.fill_nearest(images, known, TRAINING),
    "smooth": gh.imputation.fill_smooth,
}


@pytest.mark.parametrize("name", FILL)
def test_known_pixels_stay_and_hidden_ones_do_not_matter(name):
    found = FILL[name](IMAGES, KNOWN)
    known = np.broadcast_to(KNOWN == 1, found.shape)
    assert found.dtype == np.uint8 and found.shape == IMAGES.shape
    assert np.array_equal(found[known], IMAGES[known])
    others = np.where(known, IMAGES, 255 - IMAGES)  # the hole holds something else
    assert np.array_equal(FILL[name](others, KNOWN), found)


def test_mean_filling_is_the_mean_of_the_training_pictures():
    found = gh.imputation.fill_mean(IMAGES, KNOWN, TRAINING)
    missing = np.broadcast_to(KNOWN == 0, found.shape)
    mean = np.broadcast_to(TRAINING.mean(axis=0), found.shape)
    assert np.abs(found - mean)[missing].max() <= 0.5


def test_nearest_filling_agrees_with_a_search_by_hand(monkeypatch):
    monkeypatch.setattr(gh.imputation.fillings, "PICTURES_AT_ONCE", 2)
    found = gh.imputation.fill_nearest(IMAGES, KNOWN, TRAINING)
    for n in range(len(IMAGES)):
        gaps = KNOWN[n] * (TRAINING.astype(float) - IMAGES[n]) ** 2
        nearest = TRAINING[gaps.sum(axis=(1, 2, 3)).argmin()]
        assert np.array_equal(found[n], np.where(KNOWN[n] == 1, IMAGES[n], nearest))


def test_nearest_filling_finds_the_picture_itself():
    hidden = TRAINING[[7, 250]] * gh.data.masks.region(1, (7, 6), 2, 2, 4, 4)
    found = gh.imputation.fill_nearest(
        hidden, gh.data.masks.region(1, (7, 6), 2, 2, 4, 4), TRAINING
    )
    assert np.array_equal(found, TRAINING[[7, 250]])


def test_smooth_filling_continues_a_ramp():
    row, column = np.mgrid[:8, :9]
    ramp = (10 + 5 * row + 20 * column).astype(np.uint8)[np.newaxis, ..., np.newaxis]
    hole = gh.data.masks.region(1, (8, 9), 2, 3, 4, 4)
    assert np.array_equal(gh.imputation.fill_smooth(ramp * hole, hole), ramp)


def test_smooth_filling_sees_a_mirror_at_the_picture_edge():
    image = np.full((1, 4, 6, 1), 90, np.uint8)
    image[:, :, 3:] = 0
    hole = gh.data.masks.region(1, (4, 6), 0, 3, 4, 3)
    assert np.all(gh.imputation.fill_smooth(image, hole) == 90)


def test_a_picture_without_a_hole_stays():
    assert np.array_equal(gh.imputation.fill_smooth(IMAGES, KNOWN * 0 + 1), IMAGES)


def test_training_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"training is \(7, 6, 1\)"):
        gh.imputation.fill_mean(IMAGES, KNOWN, TRAINING[..., :1])
