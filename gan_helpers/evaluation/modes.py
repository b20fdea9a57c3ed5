"""Which classes of the data a generator draws, and how evenly."""

import numpy as np
import scipy.stats

from gan_helpers.data import plane, stacked
from gan_helpers.evaluation import features, plane_modes


def mode_coverage(samples, of, reference=None):
    """Count the modes that the samples reach, and measure how evenly they share them.

    A classifier names each picture's class; a mode is found when at least one picture is named so
    (Metz et al. 2017, "Unrolled Generative Adversarial Networks"). A classifier always names
    some class: noise is found in a mode too, so read this beside a measure of quality.

    Args:
        samples: uint8 pictures (N, H, W, C); for a `Mixture`, float points (N, 2).
        of: a `FeatureNet` with classes or the name of a shipped one; "stacked_mnist", whose 1000
            modes are the digits in the three channels of pictures (N, 28, 28, 3), in papers with
            N = 26,000; or a `gh.data.Mixture` (see `plane_coverage`, whose dict comes back).
        reference: labels of real pictures, whole numbers (M,), whose shares the samples should
            have; without it all classes count as equally likely, as in the papers.

    Returns:
        A dict. modes: number of classes found. classes: number of classes there are. shares: the
        samples' share of each class, float64 (classes,). kl: sum p log(p / q) in nats of these
        shares p from the shares q wanted, infinite for a class that should not be there.
        kl_floor: what N perfect samples score on average, because finite samples are never even.
        n: N.

    Raises:
        ValueError: for samples that `of` does not take, an unknown `of`, or labels out of range.
    """
    if isinstance(of, plane.Mixture):
        if reference is not None:
            raise ValueError("a Mixture knows the shares of its modes; leave reference out.")
        return plane_modes.plane_coverage(samples, of)
    if isinstance(of, str) and of == "stacked_mnist":
        found, classes = _stacked_classes(samples), stacked.CLASSES
    else:
        net = _net(of)
        found, classes = net.probabilities(samples).argmax(axis=1), net.classes
    wanted = _wanted_shares(reference, classes)
    counts = np.bincount(found, minlength=classes)
    return {
        "modes": int(np.count_nonzero(counts)),
        "classes": classes,
        "shares": counts / len(found),
        "kl": float(scipy.stats.entropy(counts, wanted)),
        "kl_floor": _expected_divergence(len(found), wanted),
        "n": len(found),
    }


def _net(of):
    """Return the classifier that `of` means."""
    if isinstance(of, str) and of in features.SHIPPED:
        return features.feature_net(of)
    if not isinstance(of, features.FeatureNet):
        names = ", ".join((*features.SHIPPED, "stacked_mnist"))
        raise ValueError(
            f"of is {of!r}; expected {names}, a FeatureNet with classes, or a gh.data.Mixture."
        )
    return of


def _stacked_classes(samples):
    """Return the class 0 to 999 of each picture: what MNIST's classifier sees in each channel."""
    net = features.feature_net("mnist")
    samples = np.asarray(samples)
    if samples.ndim != 4 or samples.shape[1:] != (28, 28, 3):
        raise ValueError(f"samples has the shape {samples.shape}; expected (N, 28, 28, 3).")
    digits = [net.probabilities(samples[..., [color]]).argmax(axis=1) for color in range(3)]
    return np.stack(digits, axis=1) @ [100, 10, 1]


def _wanted_shares(reference, classes):
    """Return the share of each class among the reference labels, or equal shares."""
    if reference is None:
        return np.full(classes, 1 / classes)
    reference = np.asarray(reference)
    if reference.ndim != 1 or not len(reference) or reference.dtype.kind not in "iu":
        raise ValueError(
            f"reference is {reference.dtype} {reference.shape}; expected whole numbers (M,)."
        )
    if reference.min() < 0 or reference.max() >= classes:
        raise ValueError(
            f"reference holds labels from {reference.min()} to {reference.max()}; expected 0 to "
            f"{classes - 1}."
        )
    return np.bincount(reference, minlength=classes) / len(reference)


def _expected_divergence(count, wanted):
    """Return the mean divergence of the shares of `count` independent draws from `wanted`.

    The number of draws k of a class is binomial, so each class adds E[k/n log(k / (n q))].
    """
    number = np.arange(1, count + 1)
    total = 0.0
    for share, classes in zip(*np.unique(wanted[wanted > 0], return_counts=True), strict=True):
        chance = scipy.stats.binom.pmf(number, count, share)
        total += classes * np.sum(chance * number / count * np.log(number / (count * share)))
    return float(total)
