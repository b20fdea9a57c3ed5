"""What happens between the steps: samples, a time limit, a safe place for the run."""

import collections
import contextlib
import numbers
import os
import pathlib
import time

import keras
import numpy as np
import PIL.Image

from gan_helpers import arguments, plots
from gan_helpers.evaluation import scores

DRIVE = "/content/drive"  # where Colab's own examples mount Google Drive


class SampleGrid(keras.callbacks.Callback):
    """Draws pictures from the same latent vectors again and again, so that progress shows.

    Args:
        count: pictures in the grid.
        seed: of the fixed latent vectors.
        every: "epoch", or a number of training steps between two grids.
        folder: where each grid is also written as a PNG; made when missing. None writes nothing.
        condition: for a conditional GAN, as in `GAN.generate`; labels left out are 0, 1, 2, ...

    Attributes:
        frames: list of uint8 arrays (count, H, W, C), the first from before training.
        steps: the training step of each frame.
    """

    def __init__(self, count=32, seed=0, every="epoch", folder=None, condition=None):
        super().__init__()
        self.count = arguments.whole("count", count)
        if every != "epoch" and not arguments.is_whole(every):
            raise ValueError(f'every is {every!r}; it must be "epoch" or a number of steps.')
        self.seed, self.every, self.condition = seed, every, condition
        self.folder = pathlib.Path(folder) if folder is not None else None
        self.frames, self.steps = [], []

    def on_train_begin(self, logs=None):
        if self.model.steps not in self.steps[-1:]:  # or the last `fit` has drawn it already
            self._draw()

    def on_epoch_end(self, epoch, logs=None):
        if self.every == "epoch":
            self._draw_if_sound()

    def on_train_batch_end(self, batch, logs=None):
        if self.every != "epoch" and self.model.steps - self.steps[-1] >= self.every:
            self._draw_if_sound()

    def _draw_if_sound(self):
        with contextlib.suppress(ValueError):  # broken numbers: `fit` stops at the next step
            self._draw()

    def _draw(self):
        pictures = self.model.generate(self.count, seed=self.seed, condition=self.condition)
        self.frames.append(pictures)
        self.steps.append(self.model.steps)
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            tiled = plots.tile(self.frames[-1])
            path = self.folder / f"step_{self.steps[-1]:07d}.png"
            PIL.Image.fromarray(tiled.squeeze()).save(path)


class ScoreOverTime(keras.callbacks.Callback):
    """Measures the averaged generator again and again, so that quality stands against time.

    One value at the start, one each time that many steps or seconds of training have passed, one
    at the end. The clock stands still while it measures. A `StopAfter(seconds)` counts that time
    too; a `StopAfter(steps=...)` does not.

    Args:
        real: uint8 (N, H, W, C), the pictures to compare with; or points, float32 (N, D).
        every: training steps between two values; give this or `seconds`.
        seconds: seconds of training between two values.
        count: fakes a value, and reals, the first of `real`.
        net: a `FeatureNet`, or its name; None takes "mnist" for 28 x 28 gray pictures, and points
            as they are.
        metric: "fid", "kid", "precision", "recall", "density" or "coverage". Compare values of
            one count only.
        seed: of the latent vectors, the same for each value.
        condition: for a conditional GAN, those of the fakes: best the labels of the reals,
            `labels[:count]`, so that both hold as many of each class. Left out, as in
            `GAN.generate`.

    Attributes:
        steps, seconds, values: lists, one entry a value; seconds of training since the start of
            the first `fit`, building the graph included.
        floor: the metric of `count` other reals in place of the fakes; None where `real` holds
            less than twice the count.

    Raises:
        ValueError: for an unknown metric, other pictures than the net takes, or fewer than count.
    """

    def __init__(
        self,
        real,
        every=None,
        seconds=None,
        count=1000,
        net=None,
        metric="fid",
        seed=0,
        condition=None,
    ):
        super().__init__()
        if (every is None) == (seconds is None):
            raise ValueError("give either every (steps) or seconds, not both and not none.")
        if every is not None:
            every = arguments.whole("every", every, of="steps")
        if seconds is not None and not (isinstance(seconds, numbers.Real) and seconds > 0):
            raise ValueError(f"seconds is {seconds!r}; it must be a number above 0.")
        self.metric, self.count, self.seed, self.condition = metric, count, seed, condition
        self.every, self.pause = every, seconds
        self._measure = scores.Measure(real, metric, count, net)
        self.floor = self._measure.floor
        self.steps, self.seconds, self.values = [], [], []

    def on_train_begin(self, logs=None):
        trained = self.seconds[-1] if self.seconds else 0.0
        self._start = time.monotonic() - trained  # of a clock that shows training time alone
        self._note()

    def on_train_batch_end(self, batch, logs=None):
        if self.every is not None:
            due = self.model.steps - self.steps[-1] >= self.every
        else:
            due = time.monotonic() - self._start - self.seconds[-1] >= self.pause
        if due:
            self._note()

    def on_train_end(self, logs=None):
        self._note()

    def _note(self):
        step = self.model.steps
        if self.steps and self.steps[-1] == step:
            return
        began = time.monotonic()
        fakes = self.model.generate(self.count, seed=self.seed, condition=self.condition)
        self.values.append(self._measure(fakes))
        self.steps.append(step)
        self.seconds.append(began - self._start)
        self._start += time.monotonic() - began


class StopAfter(keras.callbacks.Callback):
    """Ends training after a number of seconds, or of steps, counted from the start of `fit`.

    It can act only between two calls of the compiled steps (`steps_per_execution` of them each).
    So it ends where a call ends nearest to the limit of time, as far as the last calls tell how
    long the next one takes: at most half a call too early or too late.

    Args:
        seconds: the limit of time, above 0, building the graph included.
        steps: the limit of training steps, from 1 on; give one of the two.
    """

    def __init__(self, seconds=None, steps=None):
        super().__init__()
        if (seconds is None) == (steps is None):
            raise ValueError("give either seconds or steps, not both and not none.")
        if seconds is not None:
            seconds = arguments.number("seconds", seconds, above=0)
        if steps is not None:
            steps = arguments.whole("steps", steps)
        self.seconds, self.steps = seconds, steps

    def on_train_begin(self, logs=None):
        self._start = time.monotonic()
        self._first_step = self.model.steps
        self._ends = collections.deque(maxlen=6)  # of the last calls

    def on_train_batch_end(self, batch, logs=None):
        self._ends.append(time.monotonic())
        if self.seconds is not None:
            left = self._start + self.seconds - self._ends[-1]
            due = left <= self._next_call() / 2
        else:
            due = self.fraction() >= 1.0
        if due:
            self.model.stop_training = True

    def _next_call(self):
        """Return how many seconds the next call is going to take, 0 where nothing tells."""
        # What goes from the start to the first end is no example: that call builds the graph.
        # The median overlooks a single pause, for a picture or a score.
        return float(np.median(np.diff(self._ends))) if len(self._ends) > 1 else 0.0

    def fraction(self):
        """Return the share of the limit that is used up, from 0 to 1."""
        if self.seconds is not None:
            used = (time.monotonic() - self._start) / self.seconds
        else:
            used = (self.model.steps - self._first_step) / self.steps
        return min(used, 1.0)


class Backup(keras.callbacks.Callback):
    """Keeps the run in a folder, and goes on from there when `fit` is called again.

    Weights, optimizers and step counter are written at the end of each epoch, into one file that
    carries the number of finished epochs in its name and gets this name only when it is whole.
    So a run may be killed at any moment, also while it writes. (Keras' `BackupAndRestore` keeps
    weights and epoch in two files; a kill between the two repeats an epoch.) The last two files
    stay, also after the last epoch: the same `fit` then has nothing left to train and returns at
    once, so a finished run outlives the kernel. Remove the folder to train anew.

    Latent vectors and the order of a `gh.data.pipeline` follow from the step. (Not so the order of
    a dataset with `.repeat()`, which begins anew; give the pipeline `repeat=True` instead.)

    Put it first in the list of callbacks: the others then see the restored weights.

    Args:
        folder: made when missing; one for each run.

    Raises:
        ValueError: for something that is no folder.
        OSError: in `fit`, where the folder cannot be made, or no backup in it can be read.

    Attributes:
        restored: finished epochs in the backup that `fit` went on from, 0 without one.
    """

    def __init__(self, folder):
        super().__init__()
        self.folder = _checked_path(folder)
        if self.folder.exists() and not self.folder.is_dir():
            raise ValueError(f"{self.folder} is a file; give the path of a folder.")
        self.restored = 0

    def on_train_begin(self, logs=None):
        self.folder.mkdir(parents=True, exist_ok=True)  # fails here, and not an epoch later
        self.restored = self._restore()
        if self.restored:
            print(f"going on after epoch {self.restored} in {self.folder.name}")
        # Keras begins at this epoch, and keeps the number for later calls of `fit`.
        self.model._initial_epoch = self.restored or None

    def on_epoch_begin(self, epoch, logs=None):
        self.model._initial_epoch = None  # Keras has read it; a run may end without `on_train_end`

    def on_epoch_end(self, epoch, logs=None):
        if self.model.stop_training:  # in the middle of this epoch, perhaps
            return
        partial = self.folder / "partial.weights.h5"
        self.model.save_weights(partial, overwrite=True)
        partial.replace(self.folder / f"epoch_{epoch + 1:06d}.weights.h5")
        for path in self._paths()[2:]:
            path.unlink()

    def on_train_end(self, logs=None):
        self.model._initial_epoch = None

    def _paths(self):
        """Return the files of whole backups, the newest first."""
        return sorted(self.folder.glob("epoch_*.weights.h5"), reverse=True)

    def _restore(self):
        """Load the newest backup that can be read; return its number of finished epochs."""
        unreadable = []
        for path in self._paths():
            try:
                self.model.load_weights(path)
            except (OSError, RuntimeError, KeyError, ValueError) as error:  # take the older one
                unreadable.append(f"{path.name}: {error}")
                continue
            return int(path.name.split(".")[0].removeprefix("epoch_"))
        if unreadable:
            raise OSError(
                f"no backup in {self.folder} can be read: they are damaged, or of other networks. "
                "Give each run a folder of its own, or remove this one to start anew.\n"
                + "\n".join(unreadable)
            )
        return 0


def backup(folder, drive=False):
    """Return a `Backup`: a callback that keeps the run, and goes on from there next time.

    Args:
        folder: made when missing, one for each run.
        drive: on Google Colab, place the folder on your Google Drive, under MyDrive, where it
            outlives the machine; Colab asks for your permission.

    Raises:
        ValueError: for something that is no folder; with `drive` elsewhere than on Colab, or with
            an absolute path.
    """
    return Backup(_on_drive(folder) if drive else folder)


def _checked_path(folder):
    if not isinstance(folder, str | os.PathLike) or not str(folder):
        raise ValueError(f"folder is {folder!r}; give the path of a folder.")
    return pathlib.Path(folder)


def _on_drive(folder):
    """Mount Google Drive and return the path of the folder on it."""
    try:
        from google.colab import drive
    except ImportError as error:
        raise ValueError(
            "drive is True, but this is not Google Colab; leave drive out and give a folder that "
            "outlives the machine, for example one that is synchronized."
        ) from error
    if _checked_path(folder).is_absolute():
        raise ValueError(
            f"folder is {str(folder)!r}; with drive=True give a path below MyDrive, such as "
            "'gan/run_1'."
        )
    drive.mount(DRIVE)
    return pathlib.Path(DRIVE) / "MyDrive" / folder
