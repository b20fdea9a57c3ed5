"""What `GAN.fit` always has with it: the order of the data, and a stop when numbers break."""

import math
import time
import warnings

import keras
import numpy as np
import tensorflow as tf


class DataOrder(keras.callbacks.Callback):
    """Tells a `gh.data.pipeline` where it stands, by the number of training steps.

    So a resumed run sees its own order, and a second call of `fit` goes on with new batches. Where
    epochs have an end, one that was begun counts: its order does not come again.
    """

    def __init__(self, dataset):
        super().__init__()
        self.dataset = dataset

    def on_epoch_begin(self, epoch, logs=None):
        if not isinstance(self.dataset, tf.data.Dataset):
            return
        if hasattr(self.dataset, "step"):
            self.dataset.step.assign(self.model.steps)
        elif hasattr(self.dataset, "epoch"):
            steps_in_a_pass = max(int(self.dataset.cardinality()), 1)
            self.dataset.epoch.assign(math.ceil(self.model.steps / steps_in_a_pass))


class StopOnBrokenNumbers(keras.callbacks.Callback):
    """Stops training at the first NaN or infinity and puts the last good weights back.

    Every few seconds all weights and optimizer states are copied, if they are finite. When a loss
    is not, the copy goes back into the model and a `RuntimeWarning` says at which step it
    happened, what the likely cause is, and of which step the weights are.

    Args:
        dataset: what `fit` trains on, searched for broken pictures when something went wrong.
        seconds: least time between two copies.
        path: file ending in `.weights.h5` that gets the good weights too, or None.
    """

    def __init__(self, dataset=None, seconds=10.0, path=None):
        super().__init__()
        if path is not None and not str(path).endswith(".weights.h5"):
            raise ValueError(f"path is {str(path)!r}; it must end in .weights.h5.")
        self.dataset = dataset
        self.seconds = seconds
        self.path = path
        self.message = None

    def on_train_begin(self, logs=None):
        self.message = self._kept_at = self._good = None

    def on_epoch_begin(self, epoch, logs=None):
        if self._kept_at is None:  # not earlier: a backup may have put other weights in
            self._keep()

    def on_train_batch_end(self, batch, logs=None):
        broken = [name for name, value in (logs or {}).items() if not np.isfinite(float(value))]
        if broken:
            self._stop(broken)
        elif time.monotonic() - self._kept_at >= self.seconds:
            self._keep()

    def _keep(self):
        values = [variable.numpy() for variable in self._variables()]
        if all(np.isfinite(value).all() for value in values):
            self._good, self._good_step = values, self.model.steps
        self._kept_at = time.monotonic()

    def _variables(self):
        gan = self.model
        optimizers = (gan.generator_optimizer, gan.discriminator_optimizer)
        return [*gan.variables, *(v for optimizer in optimizers for v in optimizer.variables)]

    def _stop(self, broken):
        self.message = (
            f"Training stopped at step {self.model.steps}: {', '.join(broken)} became NaN or "
            f"infinite. {self._put_back()}"
        )
        self.model.stop_training = True
        warnings.warn(self.message, RuntimeWarning, stacklevel=2)

    def _put_back(self):
        """Put the last good weights into the model; return the likely cause and what was done."""
        if self._good is None:
            return "The weights were broken from the start; build or load the networks anew."
        cause = self._likely_cause()
        for variable, value in zip(self._variables(), self._good, strict=True):
            variable.assign(value)
        where = "in the model"
        if self.path is not None:
            self.model.save_weights(self.path, overwrite=True)
            where += f" and in {self.path}"
        return (
            f"Likely cause: {cause} The weights of step {self._good_step}, the last good ones "
            f"that were kept, are {where}."
        )

    def _likely_cause(self):
        gan = self.model
        if self.dataset is not None and not _is_finite(self.dataset):
            return "the data holds NaN or infinite values; look at it with gh.data.report."
        rates = [
            float(optimizer.learning_rate)
            for optimizer in (gan.discriminator_optimizer, gan.generator_optimizer)
        ]
        if max(rates) > 0.01:
            return f"the learning rate {max(rates):.3g} is high; try a tenth of it."
        if gan.adversarial_loss.name == "wasserstein" and getattr(gan, "gradient_penalty", 1) == 0:
            return (
                "the Wasserstein loss without a gradient penalty grows without bound; compile "
                "with gradient_penalty=10."
            )
        return (
            "the discriminator's gradients grew too large; try half the learning rate, or a "
            "penalty (r1 and r2)."
        )


def _is_finite(dataset, batches=1000):
    """Return whether the first batches hold finite numbers only."""
    return all(
        bool(tf.reduce_all(tf.math.is_finite(array)))
        for batch in dataset.take(batches)
        for array in tf.nest.flatten(batch)
        if array.dtype.is_floating
    )
