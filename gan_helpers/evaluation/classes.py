"""Does a conditional GAN draw what it is asked for, and how well in each class?"""

import dataclasses

import numpy as np
import scipy.stats

from gan_helpers.data import arrays
from gan_helpers.evaluation import features, scores


@dataclasses.dataclass(frozen=True)
class ClassAccuracy:
    """How often a net sees the class that was asked for; print it.

    Attributes:
        accuracy: share of the pictures that the net names as asked, from 0 to 1.
        interval: (low, high), 95 % of the share (Wilson 1927), for other pictures of one GAN; it
            says nothing about other training runs.
        per_class: float64 (classes,), the share within each class, NaN where none was asked for.
        confusion: int64 (classes, classes): how often class [row] was asked for and [column] seen.
        floor: the same share for real pictures, NaN where it is not known. For a distance the
            floor is the least that can be had, here it is the most.
        floor_how: where the floor comes from, a sentence.
        n: number of pictures.
        net: what named them, "name hash".
    """

    accuracy: float
    interval: tuple
    per_class: np.ndarray = dataclasses.field(repr=False)
    confusion: np.ndarray = dataclasses.field(repr=False)
    floor: float
    floor_how: str
    n: int
    net: str

    def __str__(self):
        low, high = (100 * share for share in self.interval)
        lines = [
            f"{100 * self.accuracy:.1f} % ({low:.1f} to {high:.1f}) of {self.n:,} pictures are "
            f"named as asked by {self.net}",
            f"floor: {self.floor_how}",
        ]
        for label, share in enumerate(self.per_class):
            if np.isfinite(share):
                row = f"class {label}: {100 * share:5.1f} % of {self.confusion[label].sum():,}"
                lines.append(row + self._mistake(label))
        return "\n".join(lines)

    def _mistake(self, label):
        """Return what the class is most often taken for, in words."""
        others = self.confusion[label].copy()
        others[label] = 0
        if not others.any():
            return ""
        return f", else most often named {others.argmax()} ({others.max():,})"


def class_accuracy(pictures, labels, net=None, real=None, real_labels=None):
    """Let a net name the pictures of a conditional GAN, and compare with what was asked for.

    Odena et al. 2017, "Conditional Image Synthesis with Auxiliary Classifier GANs", measure their
    samples so. Read it beside a measure of quality and variety: one good picture a class, drawn a
    thousand times, gets 100 %; so do pictures that only look like the class to this net. And never
    let a net judge that the GAN was trained with.

    Args:
        pictures: uint8 (N, H, W, C), drawn with `generate(condition=labels)`.
        labels: whole numbers (N,), what was asked for.
        net: a `FeatureNet` with classes, or its name; None takes "mnist" for 28 x 28 gray pictures.
        real, real_labels: real pictures that the net has not been trained on, and their classes,
            for the floor. Without them it is what the net reached on its own test pictures.

    Returns:
        A `ClassAccuracy`.

    Raises:
        ValueError: for pictures that the net does not take, a net without classes, labels that
            are not one whole number a picture or that the net does not know, or real pictures
            without labels.
    """
    if (real is None) != (real_labels is None):
        raise ValueError("give both real and real_labels, or none of them.")
    net, pictures, labels = _checked(pictures, labels, net)
    confusion = _confusion(net, pictures, labels)
    if real is None:
        floor = float(net.about.get("test_accuracy", np.nan))
        whose = "the net's own test pictures"
    else:
        _, real, real_labels = _checked(real, real_labels, net, "real", "real_labels")
        floor = float(np.trace(_confusion(net, real, real_labels)) / len(real))
        whose = f"{len(real):,} real pictures"
    known = f"{100 * floor:.1f} % of {whose}" if np.isfinite(floor) else "not known"
    right, asked = np.diag(confusion), confusion.sum(axis=1)
    interval = scipy.stats.binomtest(int(right.sum()), len(pictures)).proportion_ci(method="wilson")
    return ClassAccuracy(
        accuracy=float(right.sum() / len(pictures)),
        interval=(float(interval.low), float(interval.high)),
        per_class=np.where(asked > 0, right / np.maximum(asked, 1), np.nan),
        confusion=confusion,
        floor=floor,
        floor_how=known,
        n=len(pictures),
        net=f"{net.name} {net.hash}",
    )


def _checked(pictures, labels, net, name="pictures", labels_name="labels"):
    """Return (net, pictures, labels), or raise before anything is computed."""
    pictures = arrays.check_images(pictures, name)
    net = scores.chosen_net(net, pictures.shape[1:])
    if not net.classes:
        raise ValueError(
            f"{net.name} knows no classes; give a net that was trained with labels, such as "
            f"{', '.join(features.SHIPPED)} or train_feature_net(images, labels)."
        )
    try:
        labels = arrays.check_labels(labels, len(pictures))
    except ValueError as error:
        raise ValueError(f"{labels_name}: {error}") from error
    if labels.max() >= net.classes:
        raise ValueError(
            f"{labels_name} go up to {labels.max()}, but {net.name} knows the classes 0 to "
            f"{net.classes - 1}."
        )
    return net, pictures, labels


def _confusion(net, pictures, labels):
    seen = net.probabilities(pictures).argmax(axis=1)
    pairs = np.bincount(labels * net.classes + seen, minlength=net.classes**2)
    return pairs.reshape(net.classes, net.classes)


class ClassScores(dict):
    """What `class_scores` returns: {label: Score}, which prints as a table."""

    def __str__(self):
        first = next(iter(self.values()))
        lines = [
            f"each class: {first['n']:,} fakes against {first['n']:,} real samples, features of "
            f"{first['net']}",
            f"{'class':8}{'Fréchet distance':26}{'floor':9}{'precision':>9}{'recall':>9}"
            f"{'coverage':>10}",
        ]
        for label, one in self.items():
            low, high = one["fid_interval"]
            distance = f"{one['fid']:.2f} ({low:.2f} to {high:.2f})"
            shares = f"{one['precision']:9.2f}{one['recall']:9.2f}{one['coverage']:10.2f}"
            lines.append(f"{label!s:8}{distance:26}{one['floor']['fid']:<9.2f}{shares}")
        return "\n".join(lines)


def class_scores(
    fake, fake_labels, real, real_labels, net=None, seed=0, minimum=500, held_out=None
):
    """Score each class by itself: all metrics of `score`, for the pictures of one class at a time.

    A conditional GAN can be good on average and fail in one class; a generator that forgets the
    variety inside a class shows here in recall and coverage. All classes are compared with one N,
    the least that any class has, so that the rows can be compared with each other, but not with a
    distance of all classes together: that has another N and another reference.

    Args:
        fake, real: uint8 pictures (N, H, W, C) and (M, H, W, C); or features (N, D), (M, D), and
            no net.
        fake_labels, real_labels: whole numbers (N,), (M,): what was asked for, and what is.
        net, seed: as for `score`.
        minimum: the least number of pictures in a class.
        held_out: (pictures, labels) of further real samples, for the floor: what the GAN has
            learned from, say, for no GAN can be better than that. Without them it comes from
            halves of the real ones, as in `score`.

    Returns:
        A `ClassScores`: {label: Score} for each class among the real labels.

    Raises:
        ValueError: as for `score`; for labels that do not fit; for a class with fewer pictures.
    """
    sets = {"fake": (fake, fake_labels), "real": (real, real_labels)}
    if held_out is not None:
        sets["held_out"] = held_out
    labels = {}
    for name, (samples, given) in sets.items():
        try:
            labels[name] = arrays.check_labels(given, len(samples))
        except ValueError as error:
            raise ValueError(f"{name}_labels: {error}") from error
    classes = np.unique(labels["real"])
    counts = {
        (name, int(label)): int(np.sum(labels[name] == label)) for name in sets for label in classes
    }
    (name, label), least = min(counts.items(), key=lambda item: item[1])
    if least < minimum:
        raise ValueError(
            f"{name} has {least} pictures of class {label}; at least {minimum} are needed, because "
            "small sets make distances large whatever the pictures are."
        )
    computed, describe = scores.extract({name: samples for name, (samples, _) in sets.items()}, net)

    def of_class(name, label):
        return computed[name][labels[name] == label][:least]

    found = ClassScores()
    for label in classes:
        samples = {name: of_class(name, label) for name in sets}
        found[int(label)] = scores.score(**samples, seed=seed, minimum=minimum)
        found[int(label)]["net"] = describe
    return found
