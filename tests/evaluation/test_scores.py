"""The table of all metrics: what it takes, what it refuses, and whether its errors are right."""

import types

import numpy as np
import pytest

import gan_helpers as gh
from gan_helpers.evaluation import distances, scores

METRICS = ("fid", "kid", "precision", "recall", "density", "coverage")


class Net:
    """A feature net that takes any picture: the mean of each quarter."""

    name, hash = "quarters", "0123abcd"

    def features(self, images):
        n, h, w, _ = images.shape
        quarters = images.reshape(n, 2, h // 2, 2, w // 2, -1).mean(axis=(2, 4, 5)) / 64
        return quarters.reshape(n, 4).astype(np.float32)


UNUSED = types.SimpleNamespace(name="unused", hash="0")  # a net that must not be asked
UNUSED.features = lambda images: pytest.fail("features computed before the arguments are checked")


def pictures(count, seed=0, level=100, channels=1):
    rng = np.random.default_rng(seed)
    noise = rng.normal(level, 30, (count, 4, 4, channels))
    return np.clip(noise, 0, 255).astype(np.uint8)


def draw(count, seed, mean=0.0, scale=1.0, dimension=6):
    """Return skewed features, float64 (count, dimension)."""
    rng = np.random.default_rng(seed)
    return np.abs(scale * rng.normal(size=(count, dimension)) + mean)


@pytest.fixture(scope="module")
def measured():
    """Return (score, features of fakes, reals and held-out)."""
    sets = [pictures(200, seed, level) for seed, level in ((0, 110), (1, 100), (2, 100))]
    result = scores.score(*sets[:2], net=Net(), held_out=sets[2], minimum=100)
    return result, *(Net().features(images) for images in sets)


def test_score_holds_each_metric(measured):
    result, fake, real, _ = measured
    kid = distances.kernel_distance(fake, real)
    assert result["fid"] == distances.frechet_distance(fake, real)
    assert (result["kid"], result["kid_error"]) == (kid, kid.standard_error)
    shares = distances.prdc(real, fake, 5)
    assert {name: result[name] for name in shares} == shares
    assert (result["n"], result["net"], result["k"]) == (200, "quarters 0123abcd", 5)
    assert result["fid_interval"] == scores.frechet_interval(fake, real, seed=0)
    low, high = result["fid_interval"]
    assert low < result["fid"] < high


def test_score_holds_plain_numbers(measured):
    result = measured[0]
    assert isinstance(result, dict)
    for values in (result, result["floor"]):
        assert all(type(values[name]) is float for name in (*METRICS, "kid_error"))
    assert [type(end) for end in result["fid_interval"]] == [float, float]


def test_floor_is_what_held_out_pictures_reach(measured):
    result, _, real, held_out = measured
    floor = dict(result["floor"])
    assert floor.pop("how") == "200 other real samples in place of the fakes"
    wanted = scores.score(held_out, real, minimum=100)
    assert floor == {name: wanted[name] for name in floor}
    assert set(floor) == {*METRICS, "kid_error"}
    assert floor["fid"] < result["fid"] and floor["kid"] < result["kid"]


def test_features_may_be_given(measured):
    result, fake, real, held_out = measured
    given = scores.score(fake, real, held_out=held_out, minimum=100)
    assert given.pop("net") == "features given"
    assert given == {name: result[name] for name in given}


def test_the_seed_decides_halves_and_blocks():
    fake, real = draw(100, 1), draw(100, 2)
    first, again, other = (scores.score(fake, real, seed=seed, minimum=100) for seed in (3, 3, 4))
    assert first == again
    assert first["floor"] != other["floor"] and first["fid_interval"] != other["fid_interval"]
    assert first["fid"] == other["fid"]


def test_score_prints_as_a_table():
    shares = dict(precision=0.876, recall=0.5, density=1.051, coverage=0.9)
    floor = dict(fid=1.04, kid=-0.00012, kid_error=0.0001, **shares, how="so.")
    result = scores.Score(
        **shares, fid=123.4, fid_interval=(98.7, 1234.0), kid=0.04567, kid_error=0.0123, n=10_000,
        net="mnist 0123abcd", k=5, floor=floor,
    )  # fmt: skip
    assert str(result).splitlines() == [
        "10,000 fakes against 10,000 real samples, features of mnist 0123abcd, k = 5",
        "                  fakes                   floor",
        "Fréchet distance  123 (99 to 1,234)       1.0",
        "kernel distance   0.046 ± 0.012           -0.00012 ± 0.00010",
        "precision         0.88                    0.88",
        "recall            0.50                    0.50",
        "density           1.05                    1.05",
        "coverage          0.90                    0.90",
        "floor: so.",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.0, "0"), (9.87, "9.9"), (10.4, "10"), (-0.0456, "-0.046"), (3e-9, "0.000000")],
)
def test_two_digits(value, text):
    assert scores._digits(value) == text


def test_constant_pictures_are_bad_but_finite():
    black = np.zeros((100, 4, 4, 1), np.uint8)
    result = scores.score(black, pictures(100), net=Net(), minimum=100)
    assert all(np.isfinite(result[name]) for name in METRICS)
    assert np.isfinite([*result["fid_interval"], result["kid_error"]]).all()
    assert result["precision"] == result["recall"] == result["coverage"] == 0.0
    result = scores.score(black, black, net=Net(), minimum=100)
    assert result["fid"] == result["kid"] == 0.0


# --- interval and floor, by simulation -----------------------------------------------------------


@pytest.mark.parametrize(("mean", "scale"), [(0.5, 1.0), (0.0, 1.5), (0.1, 1.0), (0.0, 1.0)])
def test_interval_covers_the_mean_distance(mean, scale):
    """The last pair of distributions is equal: there the interval is too wide, as documented."""
    repeats, n = 120, 150
    sets = [
        (draw(n, [seed, 0], mean, scale, 3), draw(n, [seed, 1], dimension=3))
        for seed in range(repeats)
    ]
    found = np.array([distances.frechet_distance(*pair) for pair in sets])
    ends = np.array([scores.frechet_interval(*pair, seed) for seed, pair in enumerate(sets)])
    covered = (ends[:, 0] <= found.mean()) & (found.mean() <= ends[:, 1])
    assert covered.mean() > 0.9
    half = (ends[:, 1] - ends[:, 0]).mean() / 2
    assert 0.85 < half / (2.09 * found.std()) < 1.6


def test_interval_does_not_depend_on_the_order():
    """Sorted by class, blocks in a row would differ far more than random ones."""
    a, b = draw(400, 1, 0.3), draw(400, 2)
    a, b = (x[np.argsort(x[:, 0])] for x in (a, b))
    shuffled = [np.random.default_rng(seed).permutation(x) for seed, x in enumerate((a, b))]
    width = np.diff(scores.frechet_interval(a, b))
    assert width == pytest.approx(np.diff(scores.frechet_interval(*shuffled)), rel=0.5)


@pytest.mark.parametrize(("n", "dimension"), [(200, 3), (200, 40), (60, 30)])
def test_floor_from_halves_is_that_of_held_out_samples(n, dimension):
    pairs = [[draw(n, [seed, k], dimension=dimension) for k in (0, 1)] for seed in range(30)]
    wanted = [distances.frechet_distance(*pair) for pair in pairs]
    floors = [scores.floor_from_halves(real, seed=0) for real, _ in pairs]
    found = [floor["fid"] for floor in floors]
    # At n = 2 D the 1 / N law is 2 % off.
    assert np.mean(found) == pytest.approx(np.mean(wanted), rel=0.1 if dimension == 3 else 0.04)
    kid = np.array([floor["kid"] for floor in floors])
    assert abs(kid.mean()) < 4 * kid.std() / np.sqrt(30)
    assert np.mean([floor["density"] for floor in floors]) == pytest.approx(1.0, abs=0.2)
    assert floors[0]["how"] == (
        f"halves of the real samples ({n // 2} each), Fréchet distance carried to {n}"
    )


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fake", "real", "options", "message"),
    [
        (pictures(1001), pictures(1000), {}, r"different sizes: .*1001.*1000.* give 1000 of each"),
        (pictures(999), pictures(999), {}, r"too few samples: .*999.*at least 1000 are needed"),
        (pictures(1000), pictures(1000, channels=3), {}, "samples of different shapes"),
        (pictures(1000) / 255, pictures(1000), {}, "fake is float64; expected uint8"),
        (pictures(1000)[..., 0], pictures(1000), {}, r"fake has the shape .* add the channel"),
        (pictures(1000), draw(1000, 0), {}, "fake holds pictures, the others features"),
        (draw(1000, 0), draw(1000, 0), {}, "a net too; leave net out"),
        (draw(1000, 0), draw(1000, 0, dimension=5), {"net": None}, "of different shapes"),
        (np.full((1000, 2), np.nan), draw(1000, 0), {"net": None}, "fake holds NaN"),
        (pictures(1000), pictures(1000), {"net": None}, r"\(4, 4, 1\); train one with"),
        (pictures(1000), pictures(1000), {"net": "cats"}, "name is 'cats'"),
        (pictures(1000), pictures(1000), {"net": 3}, "net is 3; give a FeatureNet"),
        (pictures(1000), pictures(1000), {"held_out": pictures(900)}, "different sizes.*held_out"),
        (pictures(1000), pictures(1000), {"k": 0}, "k is 0"),
        (pictures(1000), pictures(1000), {"minimum": 39}, "minimum is 39; .* from 40 on"),
        (pictures(1000), pictures(1000), {"minimum": 43, "k": 10}, "minimum is 43; .* from 44 on"),
    ],
)
def test_refuses(fake, real, options, message):
    with pytest.raises(ValueError, match=message):
        scores.score(fake, real, **{"net": UNUSED, **options})


def test_net_that_gives_nonsense():
    net = types.SimpleNamespace(
        name="broken", hash="0", features=lambda images: np.full((len(images), 2), np.nan)
    )
    with pytest.raises(ValueError, match="features of fake holds NaN"):
        scores.score(pictures(1000), pictures(1000), net=net)


def test_gray_28_pictures_are_seen_by_the_mnist_net(monkeypatch):
    asked = []
    monkeypatch.setattr(
        "gan_helpers.evaluation.features.feature_net", lambda name: asked.append(name) or Net()
    )
    images = np.random.default_rng(0).integers(0, 256, (80, 28, 28, 1)).astype(np.uint8)
    scores.score(images[:40], images[40:], minimum=40)
    scores.score(images[:40], images[40:], net="fashion_mnist", minimum=40)
    assert asked == ["mnist", "fashion_mnist"]


# --- one metric again and again ------------------------------------------------------------------


@pytest.mark.parametrize("metric", METRICS)
def test_measure_is_the_score_of_its_metric(metric, measured):
    result, fake, real, held_out = measured
    measure = scores.Measure(np.concatenate([real, held_out]), metric, count=200)
    assert (measure(fake), measure.floor) == (result[metric], result["floor"][metric])
    assert type(measure(fake)) is float
    assert scores.Measure(np.concatenate([real, held_out[1:]]), metric, 200).floor is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metric": "FID"}, "metric is 'FID'; allowed are fid, kid, precision"),
        ({"count": 19}, "count is 19; it must be a whole number from 20 on"),
        ({"count": 201}, "too few samples: {'real': 200}; at least 201"),
        ({"net": Net()}, "leave net out"),
    ],
)
def test_measure_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        scores.Measure(draw(200, 0), **{"count": 100, **options})


def test_public_names():
    assert gh.evaluation.score is scores.score and gh.evaluation.Score is scores.Score
