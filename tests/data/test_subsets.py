"""Few labels of each class, and pictures that two sets share."""

import numpy as np
import pytest

import gan_helpers as gh

LABELS = np.random.default_rng(0).integers(0, 4, 200)
PICTURES = np.random.default_rng(1).integers(0, 256, (30, 4, 4, 1)).astype(np.uint8)


def test_each_class_comes_equally_often_and_no_sample_twice():
    chosen = gh.data.few_labels(LABELS, 7, seed=3)
    np.testing.assert_array_equal(np.bincount(LABELS[chosen]), [7, 7, 7, 7])
    assert len(set(chosen.tolist())) == 28 and chosen.dtype == np.int64


def test_classes_come_in_turn():
    np.testing.assert_array_equal(LABELS[gh.data.few_labels(LABELS, 3)], [0, 1, 2, 3] * 3)


def test_same_seed_same_choice_and_a_smaller_one_is_part_of_it():
    many, few = (gh.data.few_labels(LABELS, count, seed=5) for count in (20, 10))
    np.testing.assert_array_equal(many, gh.data.few_labels(LABELS, 20, seed=5))
    np.testing.assert_array_equal(many[:40], few)
    assert set(many.tolist()) != set(gh.data.few_labels(LABELS, 20, seed=6).tolist())


def test_every_sample_can_be_chosen():
    seen = {i for seed in range(200) for i in gh.data.few_labels(LABELS, 5, seed).tolist()}
    assert seen == set(range(200))


@pytest.mark.parametrize(
    ("labels", "per_class", "seed", "says"),
    [
        (LABELS, 0, 0, "from 1 on"),
        (LABELS, 2.0, 0, "from 1 on"),
        (LABELS, 5, -1, "from 0 on"),
        (LABELS, 5, None, "from 0 on"),
        (LABELS, 190, 0, "190 of each class were asked for"),
        (LABELS / 2, 5, 0, "expected whole numbers"),
        (LABELS.reshape(2, 100), 5, 0, "one label a picture"),
    ],
)
def test_bad_choices_are_refused(labels, per_class, seed, says):
    with pytest.raises(ValueError, match=says):
        gh.data.few_labels(labels, per_class, seed)


def test_overlap_finds_equal_pictures_wherever_they_stand():
    test, others = PICTURES[:10], np.concatenate([PICTURES[15:], PICTURES[[7, 2, 2]]])
    found = gh.data.overlap(test, others)
    assert found.tolist() == [2, 7] and found.dtype == np.int64


def test_one_gray_level_makes_another_picture():
    changed = PICTURES.copy()
    changed[:, 3, 3, 0] ^= 1
    assert gh.data.overlap(PICTURES, changed).tolist() == []
    # The same gray levels in another order are another picture too.
    assert gh.data.overlap(PICTURES, PICTURES[:, ::-1]).tolist() == []


def test_a_picture_that_comes_twice_is_found_twice():
    assert gh.data.overlap(PICTURES[[4, 5, 4]], PICTURES[4:5]).tolist() == [0, 2]


def test_views_are_compared_by_their_pixels():
    assert gh.data.overlap(PICTURES[::2], PICTURES[::-1]).tolist() == list(range(15))


@pytest.mark.parametrize(
    ("pictures", "others", "says"),
    [
        (PICTURES, PICTURES[:, :2], "one shape"),
        (PICTURES / 255, PICTURES, "pictures is float64"),
        (PICTURES, PICTURES[..., 0], "others has the shape"),
    ],
)
def test_what_cannot_be_compared_is_refused(pictures, others, says):
    with pytest.raises(ValueError, match=says):
        gh.data.overlap(pictures, others)
