"""Class accuracy and class scores against counts by hand, and on real digits."""

import keras
import numpy as np
import pytest
import scipy.stats
from gray import pictures

import gan_helpers as gh
from gan_helpers.evaluation import features

ASKED, SEEN = [0, 0, 0, 1, 1, 3], [0, 0, 2, 1, 0, 3]


def test_counts_by_hand(reader):
    found = gh.evaluation.class_accuracy(pictures(*SEEN), ASKED, reader)
    assert found.confusion.tolist() == [[2, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]
    assert (found.accuracy, found.n) == (pytest.approx(4 / 6), 6)
    np.testing.assert_allclose(found.per_class, [2 / 3, 1 / 2, np.nan, 1.0])
    assert found.net == f"reader {reader.hash}"


def test_interval_is_wilsons(reader):
    low, high = gh.evaluation.class_accuracy(pictures(*SEEN), ASKED, reader).interval
    z, n, share = scipy.stats.norm.ppf(0.975), 6, 4 / 6
    center = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    np.testing.assert_allclose([low, high], [center - reach, center + reach])


def test_floor(reader):
    real = {"real": pictures(0, 1, 2, 3), "real_labels": [0, 1, 2, 2]}
    found = gh.evaluation.class_accuracy(pictures(*SEEN), ASKED, reader, **real)
    assert found.floor == 0.75 and found.floor_how == "75.0 % of 4 real pictures"
    alone = gh.evaluation.class_accuracy(pictures(*SEEN), ASKED, reader)
    assert np.isnan(alone.floor) and alone.floor_how == "not known"


def test_words(reader):
    lines = str(gh.evaluation.class_accuracy(pictures(*SEEN), ASKED, reader)).splitlines()
    assert lines[0].startswith("66.7 % (30.0 to 90.3) of 6 pictures are named as asked by reader")
    assert lines[2] == "class 0:  66.7 % of 3, else most often named 2 (1)"
    assert lines[4] == "class 3: 100.0 % of 1"


def test_real_digits_are_named_as_labelled():
    images, labels = gh.data.load("mnist", split="test")
    found = gh.evaluation.class_accuracy(images[:500], labels[:500])
    assert found.accuracy > 0.97
    assert found.floor == gh.evaluation.feature_net("mnist").about["test_accuracy"]
    shifted = gh.evaluation.class_accuracy(images[:500], (labels[:500] + 1) % 10)
    assert shifted.accuracy < 0.03


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"labels": [0]}, r"labels: labels has the shape \(1,\)"),
        ({"labels": [0, 4]}, "labels go up to 4, but reader knows the classes 0 to 3"),
        ({"labels": [0.0, 1.0]}, "expected whole numbers"),
        ({"real": pictures(1)}, "both real and real_labels"),
        ({"real": pictures(1), "real_labels": [7]}, "real_labels go up to 7"),
        ({"pictures": np.zeros((2, 1, 1, 1))}, "expected uint8"),
    ],
)
def test_unusable_input_is_refused(reader, arguments, says):
    given = {"pictures": pictures(0, 1), "labels": [0, 1], "net": reader} | arguments
    with pytest.raises(ValueError, match=says):
        gh.evaluation.class_accuracy(**given)


def test_a_net_without_classes_is_refused():
    image = keras.Input((1, 1, 1))
    net = features.FeatureNet(
        "blind", keras.Model(image, {"features": keras.layers.Flatten()(image)})
    )
    with pytest.raises(ValueError, match="blind knows no classes"):
        gh.evaluation.class_accuracy(pictures(0), [0], net)


# --- Scores by class -----------------------------------------------------------------------------


def two_classes(count, random, far=0.0):
    """Return features (2 count, 3) of two classes, and labels; class 1 lies at 5, or farther."""
    labels = np.arange(2 * count) % 2
    return random.normal(size=(2 * count, 3)) + ((5.0 + far) * labels)[:, np.newaxis], labels


def test_each_row_is_the_score_of_its_class():
    random = np.random.default_rng(0)
    fake, fake_labels = two_classes(120, random, far=1.0)
    real, real_labels = two_classes(100, random)
    found = gh.evaluation.class_scores(fake, fake_labels, real, real_labels, minimum=50)
    assert list(found) == [0, 1]
    for label, one in found.items():
        rows = fake[fake_labels == label][:100], real[real_labels == label]
        assert one == gh.evaluation.score(*rows, minimum=50)
    assert found[1]["fid"] > 2.0 > found[0]["fid"]  # 3 features, each off by 1
    lines = str(found).splitlines()
    assert len(lines) == 4 and lines[0].startswith("each class: 100 fakes against 100 real")
    assert str(found[0]).startswith("100 fakes against")


def test_the_floor_of_each_class_may_come_from_further_samples():
    random = np.random.default_rng(0)
    fake, real, further = (two_classes(100, random) for _ in range(3))
    found = gh.evaluation.class_scores(*fake, *real, minimum=50, held_out=further)
    for label, one in found.items():
        fakes, reals, others = (rows[labels == label] for rows, labels in (fake, real, further))
        assert one == gh.evaluation.score(fakes, reals, held_out=others, minimum=50)
    with pytest.raises(ValueError, match="held_out has 0 pictures of class 1"):
        none = further[0], np.zeros(200, int)
        gh.evaluation.class_scores(*fake, *real, minimum=50, held_out=none)


def test_class_scores_refuse():
    random = np.random.default_rng(0)
    fake, fake_labels = two_classes(100, random)
    score = gh.evaluation.class_scores
    with pytest.raises(ValueError, match="real_labels: labels has the shape"):
        score(fake, fake_labels, fake, fake_labels[:5])
    with pytest.raises(ValueError, match="fake has 0 pictures of class 1; at least 50"):
        score(fake, np.zeros(200, int), fake, fake_labels, minimum=50)
