"""Stacked digits: which digit lies in which channel, and what the seed decides."""

import numpy as np
import pytest

import gan_helpers as gh
from gan_helpers.data import stacked

stack = gh.data.stack_digits
# Pictures that show their own label: ten gray levels.
LABELS = np.arange(10)
PICTURES = np.repeat(LABELS, 4).reshape(10, 2, 2, 1).astype(np.uint8)


def test_label_counts_hundreds_tens_and_ones_of_the_channels():
    images, labels = stack(PICTURES, LABELS, 500, seed=3)
    assert images.shape == (500, 2, 2, 3)
    assert (images.dtype, labels.dtype) == (np.uint8, np.int64)
    for image, label in zip(images, labels, strict=True):
        assert (image == [label // 100, label // 10 % 10, label % 10]).all()


def test_digits_are_drawn_evenly_and_channel_by_channel():
    _, labels = stack(PICTURES, LABELS, 30_000, seed=1)
    counts = np.bincount(labels, minlength=stacked.CLASSES)
    assert len(counts) == stacked.CLASSES
    # Chi-squared over 1000 equal classes: mean 999, standard deviation 44.7.
    assert 800 < np.sum((counts - 30) ** 2 / 30) < 1200


def test_seed_decides():
    first, again, other = (stack(PICTURES, LABELS, 50, seed) for seed in (5, 5, 6))
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])
    assert not np.array_equal(first[1], other[1])
    assert not np.array_equal(stack(PICTURES, LABELS, 50)[1], other[1])


@pytest.mark.parametrize(
    ("images", "labels", "options", "message"),
    [
        (PICTURES.astype(float), LABELS, {}, "expected uint8"),
        (np.repeat(PICTURES, 3, axis=-1), LABELS, {}, "3 channels; expected gray"),
        (PICTURES, LABELS[:9], {}, "one label a picture"),
        (PICTURES, LABELS + 1, {}, "whole numbers from 0 to 9"),
        (PICTURES, LABELS - 1, {}, "whole numbers from 0 to 9"),
        (PICTURES, LABELS.astype(float), {}, "whole numbers from 0 to 9"),
        (PICTURES, LABELS, {"count": 0}, "count is 0"),
        (PICTURES, LABELS, {"count": 2.0}, "count is 2.0"),
        (PICTURES, LABELS, {"seed": -1}, "seed is -1"),
    ],
)
def test_what_cannot_be_stacked_is_refused(images, labels, options, message):
    with pytest.raises(ValueError, match=message):
        stack(images, labels, **{"count": 5, **options})


def test_load_stacks_the_split_that_is_asked_for(monkeypatch, capsys):
    def digits(name, split):
        """Return pictures of a 1 for training and of a 2 for testing."""
        digit = {"train": 1, "test": 2}[split]
        return np.full((5, 28, 28), digit, np.uint8), np.full(5, digit), "drawn by the test"

    monkeypatch.setattr("gan_helpers.data.sources._from_environment", digits)
    monkeypatch.setattr(stacked, "COUNTS", {"train": 7, "test": 3})
    for split, count, digit in (("train", 7, 1), ("test", 3, 2)):
        images, labels = gh.data.load("stacked_mnist", split)
        assert images.shape == (count, 28, 28, 3) and (images == digit).all()
        assert labels.tolist() == [111 * digit] * count
        assert f"data: stacked_mnist, {count} {split} pictures" in capsys.readouterr().out


def test_real_pictures_are_as_many_as_papers_score():
    assert stacked.COUNTS == {"train": 60_000, "test": 26_000}
