"""`gh.quick_gan` of this repository, as a user calls it after `gh.setup()`.

Precision is what `gh.setup` chooses, bfloat16 where the processor computes in it; the peers run in
float32, as published.
"""

import gan_helpers as gh

import keras  # isort: skip  (after gan_helpers, which silences TensorFlow's start)


class Peer:
    """Trains by one call, so pictures from the middle of a run are drawn by a callback."""

    def __init__(self, images, labels, seed, **options):
        gh.setup(seed)
        self.images, self.options = images, options | {"seed": seed}

    def train_for(self, seconds, note):
        """Train for that many seconds; call `note(steps)` again and again."""
        gh.quick_gan(self.images, seconds=seconds, callbacks=[AfterSteps(note)], **self.options)

    def train_through(self, stops, draw):
        """Train to the last of the numbers of steps; call `draw(steps)` at each."""

        def look(steps):
            if steps in stops[:-1]:
                self.gan = middle.model
                draw(steps)

        middle = AfterSteps(look)
        self.gan = gh.quick_gan(self.images, steps=stops[-1], callbacks=[middle], **self.options)
        draw(stops[-1])

    def generate(self, count, seed):
        """Draw uint8 (count, 28, 28, 1) with the averaged generator."""
        return self.gan.generate(count, seed=seed)


class AfterSteps(keras.callbacks.Callback):
    """Calls a function with the number of steps, as often as Keras lets it."""

    def __init__(self, call):
        super().__init__()
        self.call = call

    def on_train_batch_end(self, batch, logs=None):
        self.call(self.model.steps)
