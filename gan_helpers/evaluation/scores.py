"""All metrics of a set of fakes at once, each beside what real pictures reach."""

import numpy as np
import scipy.stats

from gan_helpers import arguments
from gan_helpers.data import arrays
from gan_helpers.evaluation import distances, features

JACKKNIFE_BLOCKS = 20
SPLITS = 4  # of `real` into halves, when nothing was held out
SHARES = ("precision", "recall", "density", "coverage")


class Score(dict):
    """What `score` returns: a dict that prints as a table."""

    def __str__(self):
        low, high = self["fid_interval"]
        floor = self["floor"]
        rows = [
            ("", "fakes", "floor"),
            (
                "Fréchet distance",
                f"{_digits(self['fid'])} ({_digits(low)} to {_digits(high)})",
                _digits(floor["fid"]),
            ),
            (
                "kernel distance",
                f"{_digits(self['kid'])} ± {_digits(self['kid_error'])}",
                f"{_digits(floor['kid'])} ± {_digits(floor['kid_error'])}",
            ),
            *((name, f"{self[name]:.2f}", f"{floor[name]:.2f}") for name in SHARES),
        ]
        return "\n".join(
            [
                f"{self['n']:,} fakes against {self['n']:,} real samples, "
                f"features of {self['net']}, k = {self['k']}",
                *(f"{name:18}{fakes:24}{reals}".rstrip() for name, fakes, reals in rows),
                f"floor: {floor['how']}",
            ]
        )


def score(fake, real, net=None, held_out=None, seed=0, k=5, minimum=1000):
    """Measure fakes against real pictures: all metrics, their errors, and the floor.

    A distance says nothing alone: it depends on the feature net, on N and on the reference set.
    So the result names all three, and gives as `floor` what real pictures reach.

    The interval of the Fréchet distance is one of 95 % for its mean over other samples of the
    same N, from the jackknife: it is measured again without each of 20 random blocks of fakes
    and reals. (A bootstrap draws rows twice; such sets are less diverse than the samples, which
    moves the distance itself and not only its spread.) At the floor it is too wide rather than
    too narrow.

    Args:
        fake, real: uint8 pictures (N, H, W, C), as many of one as of the other. Or two arrays of
            features (N, D), any floats; then leave `net` out.
        net: a `FeatureNet`, or its name; None takes "mnist" for 28 x 28 gray pictures.
        held_out: N further real pictures, for the floor. Without them the floor comes from halves
            of `real`; its Fréchet distance is carried from N / 2 to N (see `floor_from_halves`).
        seed: of the blocks and halves.
        k: the neighbor of precision, recall, density and coverage (`prdc`).
        minimum: the least N. Below 1,000 the distances say more about N than about pictures.

    Returns:
        A `Score`, a dict of: fid, fid_interval (low, high), kid, kid_error, precision, recall,
        density, coverage, n, net ("name hash"), k, and floor, a dict of the same metrics and
        `how`, a sentence.

    Raises:
        ValueError: for sets of different size, too few or no pictures, other shapes, or pictures
            that no shipped net suits.
    """
    named = {"fake": fake, "real": real}
    if held_out is not None:
        named["held_out"] = held_out
    k = arguments.whole("k", k)
    minimum = arguments.whole("minimum", minimum, max(2 * JACKKNIFE_BLOCKS, 4 * (k + 1)))
    named, describe = extract(named, net, minimum, same_size=True)
    fake, real = named["fake"], named["real"]
    if held_out is not None:
        floor = _metrics(named["held_out"], real, k)
        floor["how"] = f"{len(real):,} other real samples in place of the fakes"
    else:
        floor = floor_from_halves(real, seed, k)
    return Score(
        **_metrics(fake, real, k),
        fid_interval=frechet_interval(fake, real, seed),
        n=len(real),
        net=describe,
        k=k,
        floor=floor,
    )


def _metrics(fake, real, k):
    kid = distances.kernel_distance(fake, real)
    return {
        "fid": distances.frechet_distance(fake, real),
        "kid": float(kid),
        "kid_error": kid.standard_error,
        **distances.prdc(real, fake, k),
    }


def frechet_interval(a, b, seed=0, blocks=JACKKNIFE_BLOCKS):
    """Return (low, high), a 95 % interval of the mean Fréchet distance at this N.

    Delete-a-group jackknife (Shao and Tu 1995, "The Jackknife and Bootstrap"): with r_j the root
    of the distance without block j of both sets, the variance is (B - 1) / B * sum (r_j - mean)^2.
    The root, because the spread of a squared distance grows with its size.

    Args:
        a, b: features (N, D), one N, at least two rows a block.
        seed: of the random blocks.
        blocks: their number B.
    """
    generator = np.random.default_rng(seed)
    order_a, order_b = generator.permutation(len(a)), generator.permutation(len(b))
    parts = zip(np.array_split(order_a, blocks), np.array_split(order_b, blocks), strict=True)
    roots = [
        distances.frechet_distance(np.delete(a, out_a, axis=0), np.delete(b, out_b, axis=0)) ** 0.5
        for out_a, out_b in parts
    ]
    error = np.sqrt((blocks - 1) * np.var(roots))
    reach = scipy.stats.t.ppf(0.975, blocks - 1) * error
    center = distances.frechet_distance(a, b) ** 0.5
    return float(max(center - reach, 0.0) ** 2), float((center + reach) ** 2)


def floor_from_halves(real, seed=0, k=5):
    """Return the metrics of real samples against other real ones, from halves of one set.

    Halves of N rows have N / 2 each. For equal distributions the Fréchet distance falls like
    1 / N (Chong and Forsyth 2020, "Effectively Unbiased FID and Inception Score and Where to Find
    Them"), so its mean over four random splits counts half. The kernel distance has no such
    bias, but twice the error. The shares are given as measured at N / 2.
    """
    generator = np.random.default_rng(seed)
    half = len(real) // 2
    splits = []
    for _ in range(SPLITS):
        order = generator.permutation(len(real))
        splits.append((real[order[:half]], real[order[half : 2 * half]]))
    fid = np.mean([distances.frechet_distance(*split) for split in splits]) / 2.0
    return {
        **_metrics(*splits[0], k),
        "fid": float(fid),
        "how": f"halves of the real samples ({half:,} each), Fréchet distance carried to "
        f"{len(real):,}",
    }


METRICS = {
    "fid": distances.frechet_distance,
    "kid": distances.kernel_distance,
    **{name: lambda fake, real, name=name: distances.prdc(real, fake)[name] for name in SHARES},
}


class Measure:
    """One metric of fakes against a fixed set of real samples, whose features are kept.

    Args:
        real: uint8 pictures (N, H, W, C), or features (N, D); the first `count` are compared.
        metric: a key of `METRICS`.
        count: samples of each side.
        net: as in `score`.

    Attributes:
        floor: the metric of the `count` samples after these; None where there are fewer.
    """

    def __init__(self, real, metric="fid", count=1000, net=None):
        if metric not in METRICS:
            raise ValueError(f"metric is {metric!r}; allowed are {', '.join(METRICS)}.")
        count = arguments.whole("count", count, 20)
        computed, _ = extract({"real": real[: 2 * count]}, net, count)
        self.metric, self.count, self.net = metric, count, net
        self._real, rest = np.split(computed["real"], [count])
        self.floor = self._value(rest) if len(rest) == count else None

    def __call__(self, fake):
        """Return the metric of `count` fakes as a float."""
        computed, _ = extract({"fake": fake}, self.net, self.count)
        return self._value(computed["fake"])

    def _value(self, fake):
        return float(METRICS[self.metric](fake, self._real))


# --- from pictures to features -----------------------------------------------------------------


def extract(named, net=None, minimum=1, same_size=False):
    """Return features of several sets of pictures, and what computed them.

    Args:
        named: {name: uint8 (N, H, W, C)}, or {name: features (N, D)} and no net.
        net: a `FeatureNet` or a name; None takes "mnist" for 28 x 28 gray pictures.
        minimum: the least N of each set.
        same_size: whether all sets need one N.

    Returns:
        {name: float64 (N, D)}, and a text "name hash" or "features given".

    Raises:
        ValueError: before any feature is computed.
    """
    given = {name: distances.to_numpy(values).ndim == 2 for name, values in named.items()}
    if any(given.values()) and not all(given.values()):
        wrong = [name for name, is_features in given.items() if not is_features]
        raise ValueError(f"{', '.join(wrong)} holds pictures, the others features; give one kind.")
    if all(given.values()):
        if net is not None:
            raise ValueError("features (N, D) are given and a net too; leave net out.")
        named = {n: distances.check_features(values, n) for n, values in named.items()}
    else:
        named = {n: arrays.check_images(values, n) for n, values in named.items()}
    _check_sets(named, minimum, same_size)
    if all(given.values()):
        return named, "features given"
    net = chosen_net(net, next(iter(named.values())).shape[1:])
    computed = {
        n: distances.check_features(net.features(pictures), f"features of {n}")
        for n, pictures in named.items()
    }
    return computed, f"{net.name} {net.hash}"


def _check_sets(named, minimum, same_size):
    sizes = {name: len(values) for name, values in named.items()}
    shapes = {name: values.shape[1:] for name, values in named.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(f"the sets hold samples of different shapes: {shapes}; give one shape.")
    if same_size and len(set(sizes.values())) > 1:
        raise ValueError(
            f"the sets have different sizes: {sizes}; metrics depend on the number of pictures, "
            f"give {min(sizes.values())} of each."
        )
    few = {name: size for name, size in sizes.items() if size < minimum}
    if few:
        raise ValueError(
            f"too few samples: {few}; at least {minimum} are needed, because small sets make "
            "distances large whatever the pictures are."
        )


def chosen_net(net, shape):
    """Return the FeatureNet that is asked for, or the default for pictures of this shape."""
    if net is None:
        if shape != (28, 28, 1):
            raise ValueError(
                f"no shipped feature net is the default for pictures of {shape}; train one with "
                "`gh.evaluation.train_feature_net(real)` and give it as net."
            )
        net = "mnist"
    if isinstance(net, str):
        return features.feature_net(net)
    if not all(hasattr(net, name) for name in ("features", "name", "hash")):
        raise ValueError(f"net is {net!r}; give a FeatureNet, or a name such as 'mnist'.")
    return net


def _digits(value):
    """Return a number with two digits that count, and never with an exponent."""
    if value == 0 or abs(value) >= 10:
        return f"{value:,.0f}"
    decimals = 1 - int(np.floor(np.log10(abs(value))))
    return f"{value:.{min(decimals, 6)}f}"
