"""Masks: 1 is known, 0 is missing, and the seed decides."""

import numpy as np
import pytest

from gan_helpers.data import masks


def assert_masks(found, count, height=9, width=12):
    assert found.shape == (count, height, width, 1)
    assert found.dtype == np.uint8
    assert set(np.unique(found)) == {0, 1}


def test_a_square_hole_has_its_side_and_lies_anywhere():
    found = masks.squares(400, (9, 12, 3), side=4, seed=3)
    assert_masks(found, 400)
    corners = set()
    for mask in found[..., 0]:
        rows, columns = np.nonzero(mask == 0)
        assert len(rows) == 16
        assert np.ptp(rows) == np.ptp(columns) == 3
        corners.add((rows.min(), columns.min()))
    assert corners == {(top, left) for top in range(6) for left in range(9)}


def test_pixels_are_missing_with_the_share():
    found = masks.pixels(300, (9, 12), share=0.3, seed=0)
    assert_masks(found, 300)
    assert np.mean(found == 0) == pytest.approx(0.3, abs=0.01)
    assert np.std(found.mean(axis=0)) < 0.04  # no place is preferred


@pytest.mark.parametrize("share", [0.001, 0.999])
def test_something_is_known_and_something_missing(share):
    found = masks.pixels(200, (2, 2), share)
    assert found.any(axis=(1, 2, 3)).all()
    assert (found == 0).any(axis=(1, 2, 3)).all()


def test_a_region_is_where_it_was_said():
    found = masks.region(2, (9, 12), top=1, left=2, height=3, width=4)
    assert_masks(found, 2)
    missing = np.argwhere(found[1, ..., 0] == 0)
    assert missing.min(axis=0).tolist() == [1, 2]
    assert missing.max(axis=0).tolist() == [3, 5]
    assert len(missing) == 12


def test_seeds_repeat_and_differ():
    for make in (
        lambda s: masks.squares(5, (9, 9), 3, s),
        lambda s: masks.pixels(5, (9, 9), 0.5, s),
    ):
        assert np.array_equal(make(1), make(1))
        assert not np.array_equal(make(1), make(2))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: masks.squares(0, (9, 9), 3), "count is 0"),
        (lambda: masks.squares(2, 9, 3), "image_shape is 9"),
        (lambda: masks.squares(2, (9, 0), 3), "image_shape"),
        (lambda: masks.squares(2, (9, 9), 10), "side is 10"),
        (lambda: masks.squares(2, (9, 9), 9), "whole picture"),
        (lambda: masks.squares(2, (9, 9), 2.5), "side is 2.5"),
        (lambda: masks.squares(2, (9, 9), 3, seed=-1), "seed is -1"),
        (lambda: masks.pixels(2, (9, 9), 0.0), "share is 0.0"),
        (lambda: masks.pixels(2, (9, 9), 1.0), "share is 1.0"),
        (lambda: masks.pixels(2, (1, 1), 0.5), "one pixel"),
        (lambda: masks.region(2, (9, 9), 5, 0, 5, 2), "lie inside 9 x 9"),
        (lambda: masks.region(2, (9, 9), 0, 0, 0, 2), "at least one pixel"),
        (lambda: masks.region(2, (9, 9), -1, 0, 2, 2), "begins at"),
        (lambda: masks.region(2, (9, 9), 0, 0, 9, 9), "whole picture"),
    ],
)
def test_bad_input_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


IMAGES = np.zeros((3, 4, 5, 1), np.uint8)


def test_one_mask_serves_all_pictures():
    one = masks.region(1, (4, 5), 0, 0, 2, 2)
    found = masks.check_masks(one, IMAGES)
    assert found.shape == (3, 4, 5, 1)
    assert np.array_equal(found, np.repeat(one, 3, axis=0))
    assert np.array_equal(masks.check_masks(one == 1, IMAGES), found)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (np.ones((3, 4, 5)), "expected one mask a picture"),
        (np.ones((2, 4, 5, 1)), "shape \\(2, 4, 5, 1\\)"),
        (np.full((3, 4, 5, 1), 255), "other values than 1"),
        (np.stack([np.ones((4, 5, 1)), np.zeros((4, 5, 1)), np.ones((4, 5, 1))]), "mask 1 knows"),
    ],
)
def test_other_masks_are_refused(given, words):
    with pytest.raises(ValueError, match=words):
        masks.check_masks(given, IMAGES)
