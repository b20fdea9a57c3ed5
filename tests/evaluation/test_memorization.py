"""Copies are found, and GANs that copy nothing are left in peace."""

import dataclasses
import importlib
import types

import numpy as np
import pytest
import scipy.stats

import gan_helpers as gh

check = gh.evaluation.memorization
module = importlib.import_module("gan_helpers.evaluation.memorization")  # of the same name


def draw(count, seed, scale=1.0):
    return scale * np.random.default_rng(seed).normal(size=(count, 4))


TRAINING, HELD_OUT = draw(1500, 0), draw(600, 1)


def test_distances_are_to_the_nearest_training_sample():
    fake = draw(70, 2)
    result = check(fake, TRAINING, HELD_OUT)
    for samples, found in ((fake, result.fake_distances), (HELD_OUT, result.held_out_distances)):
        gaps = np.linalg.norm(samples[:, np.newaxis] - TRAINING, axis=2)
        np.testing.assert_allclose(found, gaps.min(axis=1), rtol=1e-9)
    gaps = np.linalg.norm(fake[:, np.newaxis] - TRAINING, axis=2)
    assert np.array_equal(result.nearest, gaps.argmin(axis=1))
    assert result.net == "features given"


def test_a_gan_that_copies_nothing():
    """Over many samples both z-scores are about standard normal."""
    results = [check(draw(300, [3, seed]), TRAINING, draw(300, [4, seed])) for seed in range(60)]
    for name in ("z", "close_z"):
        values = np.array([getattr(result, name) for result in results])
        assert abs(values.mean()) < 0.6 and 0.7 < values.std() < 1.4
    assert np.mean([result.close for result in results]) == pytest.approx(0.05, abs=0.01)
    assert all(str(result).endswith("no sign of copying.") for result in results)


def test_a_few_copies_among_many_are_found_and_shown():
    fake = draw(600, 2)
    copies = np.random.default_rng(0).choice(600, 60, replace=False)
    fake[copies] = TRAINING[100:160]
    result = check(fake, TRAINING, HELD_OUT)
    assert result.close == pytest.approx(0.1 + 0.9 * 0.05, abs=0.03)
    assert result.close_z > 5 and result.z > -5  # most fakes are none: U alone does not see it
    assert set(result.suspicious(60)) == set(copies)
    assert np.array_equal(np.sort(result.nearest[copies]), np.arange(100, 160))
    assert str(result).endswith("some fakes are nearer than chance explains; look at them.")


def test_blurred_copies_are_found_as_a_whole():
    fake = TRAINING[:600] + draw(600, 5, scale=0.22)
    result = check(fake, TRAINING, HELD_OUT)
    assert result.z < -5
    copies = check(TRAINING[:600], TRAINING, HELD_OUT)
    assert copies.close == 1.0 and copies.z < -20
    assert (copies.fake_distances == 0).all() and np.array_equal(copies.nearest, np.arange(600))


def test_the_typical_alone_is_near_as_a_whole():
    result = dataclasses.replace(check(draw(600, 2), TRAINING, HELD_OUT), close_z=1.0, z=-6.0)
    assert str(result) == (
        f"{100 * result.close:.1f} % of the fakes are as near to a training picture as the nearest "
        "5 % of held-out pictures (Mann-Whitney z = -6.0): fakes as a whole are nearer to the "
        "training data than unseen pictures are."
    )


def test_far_fakes_are_no_copies():
    result = check(draw(600, 2, scale=3.0), TRAINING, HELD_OUT)
    assert result.z > 5 and result.close < 0.05
    assert str(result).endswith(
        "no sign of copying; fakes as a whole are farther from the training data than unseen "
        "pictures are, which is a matter of quality."
    )


@pytest.mark.parametrize("digits", [9, 1])  # 1: many ties
def test_z_is_that_of_the_mann_whitney_test(digits):
    a, b = np.round(draw(50, 1)[:, 0], digits), np.round(draw(70, 2)[:, 0] + 0.3, digits)
    test = scipy.stats.mannwhitneyu(
        a, b, alternative="less", method="asymptotic", use_continuity=False
    )
    found = module.mann_whitney_z(a, b)
    assert found == pytest.approx(scipy.stats.norm.ppf(test.pvalue), rel=1e-9)
    assert found < 0


def test_pictures_go_through_the_net_and_can_be_drawn(digits):
    net = types.SimpleNamespace(
        name="pixels", hash="01", features=lambda images: images[:, 4:24:2, 4:24:2, 0] / 255.0
    )
    net.features = lambda images, crop=net.features: crop(images).reshape(len(images), -1)
    fake, training, held_out = digits[:60].copy(), digits[50:300], digits[300:400]
    result = check(fake, training, held_out, net)
    worst = result.suspicious(8)
    assert result.net == "pixels 01"
    assert set(worst) <= set(range(50, 60)) and (result.nearest[worst] == worst - 50).all()
    gh.plots.neighbors(
        fake[worst], training[result.nearest[worst, np.newaxis]], result.fake_distances[worst]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((draw(49, 0), TRAINING, HELD_OUT), r"too few samples: {'fake': 49}; at least 50"),
        ((HELD_OUT, TRAINING, HELD_OUT[:, :3]), "of different shapes"),
        ((HELD_OUT, TRAINING, TRAINING[:600]), "100% of held_out is in training too"),
        # From 5 % on the limit would be 0, and no copy below it.
        (
            (HELD_OUT, TRAINING, np.concatenate([TRAINING[:36], HELD_OUT[36:]])),
            "6% of held_out is in training too",
        ),
        ((HELD_OUT, TRAINING, HELD_OUT, "mnist"), "leave net out"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        check(*arguments)


@pytest.mark.parametrize("count", [0, 1.5, None])
def test_suspicious_refuses(count):
    with pytest.raises(ValueError, match=r"^count is .* from 1 on"):
        check(HELD_OUT, TRAINING, draw(60, 7)).suspicious(count)


def test_both_spellings():
    assert gh.evaluation.memorisation is gh.evaluation.memorization
