"""Pictures that are renewed while the generator learns."""

import contextlib
import time

import keras
import numpy as np

from gan_helpers import arguments, plots
from gan_helpers.widgets import pictures


class LiveSamples(pictures.Picture, keras.callbacks.Callback):
    """A callback that shows the pictures while they learn: display it, then train with it.

    A line below the pictures tells the training step and the time that has passed.

    Args:
        count: pictures in the grid.
        seed: of the fixed latent vectors.
        seconds: least time between two drawings, so that watching costs little.
        scale: screen pixels a picture pixel.
        condition: for a conditional GAN, as in `GAN.generate`; labels left out are 0, 1, 2, ...

    Raises:
        ValueError: for a count or scale below 1, or negative seconds.
    """

    def __init__(self, count=32, seed=0, seconds=2.0, scale=2, condition=None):
        if not (np.isscalar(seconds) and np.isreal(seconds) and seconds >= 0):
            raise ValueError(f"seconds is {seconds!r}; it must be a number from 0 on.")
        keras.callbacks.Callback.__init__(self)
        pictures.Picture.__init__(self, "Drawings of the generator, renewed while it trains.")
        self.count = arguments.whole("count", count)
        self.scale = arguments.whole("scale", scale)
        self.seed, self.seconds, self.condition = seed, seconds, condition
        self._html.value = "<em>The pictures appear here when training begins.</em>"

    def on_train_begin(self, logs=None):
        pictures.check_draws_pictures(self.model)
        self._start = time.monotonic()
        self._draw()

    def on_train_batch_end(self, batch, logs=None):
        if time.monotonic() - self._drawn >= self.seconds:
            with contextlib.suppress(ValueError):  # broken numbers: `fit` stops at the next step
                self._draw()

    def on_train_end(self, logs=None):
        self._draw()

    def _draw(self):
        pictures = self.model.generate(self.count, seed=self.seed, condition=self.condition)
        self._drawn = time.monotonic()
        caption = f"step {self.model.steps}, {self._drawn - self._start:.0f} s of training"
        self._show(plots.tile(pictures), self.scale, caption)
