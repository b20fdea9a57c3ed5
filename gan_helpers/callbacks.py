"""What happens between the steps: samples, a time limit, a safe place for the run."""

import pathlib
import time

import keras
import numpy as np
import PIL.Image

from gan_helpers import plots


class SampleGrid(keras.callbacks.Callback):
    """Draws pictures from the same latent vectors again and again, so that progress shows.

    Args:
        count: pictures in the grid.
        seed: of the fixed latent vectors.
        every: "epoch", or a number of training steps between two grids.
        folder: where each grid is also written as a PNG; made when missing. None writes nothing.

    Attributes:
        frames: list of uint8 arrays (count, H, W, C), the first from before training.
        steps: the training step of each frame.
    """

    def __init__(self, count=32, seed=0, every="epoch", folder=None):
        super().__init__()
        if not isinstance(count, int) or count < 1:
            raise ValueError(f"count is {count!r}; it must be a whole number from 1 on.")
        if every != "epoch" and (not isinstance(every, int) or every < 1):
            raise ValueError(f'every is {every!r}; it must be "epoch" or a number of steps.')
        self.count, self.seed, self.every = count, seed, every
        self.folder = pathlib.Path(folder) if folder is not None else None
        self.frames, self.steps = [], []

    def on_train_begin(self, logs=None):
        self._draw()

    def on_epoch_end(self, epoch, logs=None):
        if self.every == "epoch":
            self._draw()

    def on_train_batch_end(self, batch, logs=None):
        if self.every != "epoch" and self.model.steps - self.steps[-1] >= self.every:
            self._draw()

    def _draw(self):
        self.frames.append(self.model.generate(self.count, seed=self.seed))
        self.steps.append(self.model.steps)
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            tiled = plots.tile(self.frames[-1])
            path = self.folder / f"step_{self.steps[-1]:07d}.png"
            PIL.Image.fromarray(tiled.squeeze()).save(path)


class StopAfter(keras.callbacks.Callback):
    """Ends training after a number of seconds, or of steps, counted from the start of `fit`.

    Args:
        seconds: the limit of time, above 0.
        steps: the limit of training steps, from 1 on; give one of the two.
    """

    def __init__(self, seconds=None, steps=None):
        super().__init__()
        if (seconds is None) == (steps is None):
            raise ValueError("give either seconds or steps, not both and not none.")
        if seconds is not None and not (
            np.isscalar(seconds) and np.isreal(seconds) and np.isfinite(seconds) and seconds > 0
        ):
            raise ValueError(f"seconds is {seconds!r}; it must be a number above 0.")
        if steps is not None and (not isinstance(steps, int) or steps < 1):
            raise ValueError(f"steps is {steps!r}; it must be a whole number from 1 on.")
        self.seconds, self.steps = seconds, steps

    def on_train_begin(self, logs=None):
        self._start = time.monotonic()
        self._first_step = self.model.steps

    def on_train_batch_end(self, batch, logs=None):
        if self.fraction() >= 1.0:
            self.model.stop_training = True

    def fraction(self):
        """Return the share of the limit that is used up, from 0 to 1."""
        if self.seconds is not None:
            used = (time.monotonic() - self._start) / self.seconds
        else:
            used = (self.model.steps - self._first_step) / self.steps
        return min(used, 1.0)


def backup(folder):
    """Return a callback that keeps the run in a folder, and goes on from there next time.

    It is Keras' `BackupAndRestore` with two copies, so that a crash in the middle of writing one
    leaves the other. Weights, optimizers and epoch are kept; latent vectors and the order of a
    `gh.data.pipeline` follow from them. On Colab give a folder on your Drive.

    Args:
        folder: made when missing; emptied when training ends as planned.
    """
    return keras.callbacks.BackupAndRestore(folder, double_checkpoint=True)
