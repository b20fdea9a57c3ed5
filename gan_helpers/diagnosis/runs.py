"""A training run as the rules see it: entries as arrays, pictures on one scale."""

import numpy as np

from gan_helpers.diagnosis import measures

LOSSES = ("discriminator_loss", "generator_loss")
PLAYERS = (*LOSSES, "real_accuracy", "fake_accuracy")


class Run:
    """What is known about a run. An entry that nobody recorded is an empty array.

    Attributes:
        entries: {name: float array, one number an epoch or a look}.
        pictures: float array with gray levels on [-1, 1], points (N, D), or None.
    """

    def __init__(self, history, pictures=None):
        self.entries = _entries(history)
        self.pictures = _checked_pictures(pictures)
        if not self.entries and self.pictures is None:
            raise ValueError(
                "there is nothing to diagnose; give the History that GAN.fit returned, a Health, "
                "or a dict of lists such as {'discriminator_loss': [...]}."
            )

    def all(self, name):
        """Return the finite numbers of an entry."""
        values = self.entries.get(name, np.zeros(0))
        return values[np.isfinite(values)]

    def late(self, name):
        """Return the finite numbers of the last third of an entry, at least three."""
        values = self.entries.get(name, np.zeros(0))
        values = values[-max(3, -(-len(values) // 3)) :]
        return values[np.isfinite(values)]

    def typical(self, name):
        """Return the median of an entry, NaN when it is not known."""
        return _median(self.all(name))

    def typical_late(self, name):
        """Return the median of the last third, NaN when there are not three numbers in it."""
        values = self.late(name)
        return _median(values) if len(values) >= 3 else np.nan

    def knows_a_player(self):
        """Return whether an entry tells of the game, by the names of `GAN.fit` or of `Health`."""
        looks = ("real_", "fake_", "drawn_", "generator_", "discriminator_")
        return any(name in PLAYERS or name.startswith(looks) for name in self.entries)

    def knows(self, *names):
        """Return whether there is a number for each of the names."""
        return all(len(self.all(name)) for name in names)


def _median(values):
    return float(np.median(values)) if len(values) else np.nan


def _entries(history):
    """Return the dict of a History, a Health or a dict as {name: float array}."""
    history = getattr(history, "history", history)
    if history is None:
        return {}
    if not isinstance(history, dict):
        raise ValueError(
            f"history is a {type(history).__name__}; give the History that GAN.fit returned, a "
            "Health, or a dict of lists."
        )
    entries = {}
    for name, values in history.items():
        try:
            array = np.asarray(values, np.float64)
        except (TypeError, ValueError) as error:
            raise ValueError(f"history[{name!r}] does not hold numbers: {error}") from error
        if array.ndim != 1:
            raise ValueError(
                f"history[{name!r}] has the shape {array.shape}; expected a list of numbers."
            )
        if len(array):
            entries[name] = array
    return entries


def _checked_pictures(pictures):
    """Return pictures as floats, uint8 brought to [-1, 1]."""
    if pictures is None:
        return None
    try:
        array = np.asarray(pictures)
        floats = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"pictures are no array of numbers: {error}") from error
    if array.ndim not in (2, 3, 4) or not array.size:
        raise ValueError(
            f"pictures have the shape {array.shape}; expected (N, H, W, C), or points (N, D)."
        )
    if array.ndim == 3 and array.shape[-1] in (1, 3):
        raise ValueError(
            f"pictures have the shape {array.shape}, which looks like one picture; give several, "
            "(N, H, W, C)."
        )
    return floats / 127.5 - 1.0 if array.dtype == np.uint8 else floats


def picture_measures(run):
    """Return the numbers of `measures.batch` for the run's pictures; {} without finite ones."""
    if run.pictures is None or not np.isfinite(run.pictures).all():
        return {}
    return measures.batch(run.pictures, "picture")
