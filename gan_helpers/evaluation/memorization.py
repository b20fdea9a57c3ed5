"""Does a GAN copy its training data? Distances to it, compared with those of unseen pictures."""

import dataclasses

import numpy as np
import scipy.stats

from gan_helpers import arguments
from gan_helpers.evaluation import distances, scores

LEAST = 50  # pictures of each set; below, the tests' normal approximations are off
CLOSE = 0.05  # quantile of the held-out distances below which a fake counts as close


@dataclasses.dataclass(frozen=True)
class Memorization:
    """How near fakes come to the training data, beside held-out real pictures; print it.

    Attributes:
        fake_distances: float64 (N,), from each fake to its nearest training picture, in features.
        held_out_distances: float64 (M,), the same for the held-out pictures.
        nearest: int64 (N,), that training picture's index, for each fake.
        close: share of fakes nearer to the training data than the nearest 5 % of the held-out
            pictures. Around `CLOSE` for a GAN that does not copy, near 1 for one that does
            nothing else.
        close_z: `close` - `CLOSE`, in standard errors. Above 5: some fakes are copies.
        z: of the Mann-Whitney U test on all distances, the statistic of Meehan et al. 2020.
            Below -5 fakes are nearer to the training data than unseen pictures are, as a whole.
            Above 5 they are farther: nothing is copied, they look like no training picture.
        net: what computed the features.
    """

    fake_distances: np.ndarray = dataclasses.field(repr=False)
    held_out_distances: np.ndarray = dataclasses.field(repr=False)
    nearest: np.ndarray = dataclasses.field(repr=False)
    close: float
    close_z: float
    z: float
    net: str

    def suspicious(self, count=8):
        """Return the indices of the fakes nearest to the training data, the nearest first.

            worst = result.suspicious(8)
            gh.plots.neighbors(
                fake[worst], training[result.nearest[worst, np.newaxis]],
                result.fake_distances[worst],
            )

        Args:
            count: how many, at most N.
        """
        count = arguments.whole("count", count)
        return np.argsort(self.fake_distances, kind="stable")[:count]

    def __str__(self):
        if self.close_z > 5:
            verdict = "some fakes are nearer than chance explains; look at them"
        elif self.z < -5:
            verdict = "fakes as a whole are nearer to the training data than unseen pictures are"
        elif self.z > 5:
            verdict = (
                "no sign of copying; fakes as a whole are farther from the training data than "
                "unseen pictures are, which is a matter of quality"
            )
        else:
            verdict = "no sign of copying"
        return (
            f"{100 * self.close:.1f} % of the fakes are as near to a training picture as the "
            f"nearest {100 * CLOSE:.0f} % of held-out pictures (Mann-Whitney z = {self.z:.1f}): "
            f"{verdict}."
        )


def memorization(fake, training, held_out, net=None):
    """Compare how near fakes and held-out real pictures come to the training pictures.

    A fake that resembles a training picture proves nothing: real pictures resemble each other
    too. So the distances of fakes are compared with those of real pictures that the GAN has not
    seen (Meehan, Chaudhuri and Dasgupta 2020, "A Non-Parametric Test to Detect Data-Copying in
    Generative Models"; here on the whole space, without their cells).

    A GAN that draws the typical only, without the odd ones, comes near to the training data
    without a copy. So look at the pictures before you accuse it.

    Args:
        fake: uint8 (N, H, W, C), N from 50 on. All three may be features (N, D) instead.
        training: uint8 (K, H, W, C), what the GAN was trained on.
        held_out: uint8 (M, H, W, C), other real pictures, M from 50 on, best as many as fakes.
        net: a `FeatureNet`, or its name; None takes "mnist" for 28 x 28 gray pictures.

    Returns:
        A `Memorization`.

    Raises:
        ValueError: for other shapes, too few pictures, no suitable net, or held-out pictures 5 %
            of which or more are in the training data.
    """
    named = {"fake": fake, "training": training, "held_out": held_out}
    named, describe = scores.extract(named, net, LEAST)
    nearest, fake_distances = distances.nearest(named["fake"], named["training"])
    _, held_out_distances = distances.nearest(named["held_out"], named["training"])
    limit = np.quantile(held_out_distances, CLOSE)
    if limit == 0.0:  # nothing would be nearer, not even a copy
        raise ValueError(
            f"{np.mean(held_out_distances == 0.0):.0%} of held_out is in training too; give real "
            "pictures that the GAN has not seen, such as the test split."
        )
    close = np.mean(fake_distances < limit)
    counts = 1 / len(fake_distances) + 1 / len(held_out_distances)
    return Memorization(
        fake_distances,
        held_out_distances,
        nearest,
        float(close),
        float((close - CLOSE) / np.sqrt(CLOSE * (1 - CLOSE) * counts)),
        mann_whitney_z(fake_distances, held_out_distances),
        describe,
    )


def mann_whitney_z(a, b):
    """Return the z-score of the Mann-Whitney U test; negative where `a` tends to be smaller.

    SciPy's z takes all values for different; equal ones make the deviation smaller by the root of
    `tiecorrect`. (The p-value of `mannwhitneyu` allows for them, but is 0 from |z| = 39 on.)

    Args:
        a, b: floats (N,) and (M,).
    """
    ties = scipy.stats.tiecorrect(scipy.stats.rankdata(np.concatenate([a, b])))
    return float(scipy.stats.ranksums(a, b).statistic / np.sqrt(ties)) if ties else 0.0
