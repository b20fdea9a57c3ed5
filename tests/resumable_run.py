"""Trains a tiny GAN with a backup, and kills itself where the test wants it.

`main(KIND, BACKUP_FOLDER, RESULT, [STEP | "writing"])` runs in a process of its own. KIND: "ours"
for `gh.callbacks.backup`, "keras" for Keras' own BackupAndRestore. STEP: SIGKILL in the middle of
this training step's epoch. "writing": SIGKILL while the second backup of this process is half
written. Without, the run goes on to its end and writes its state.
"""

import os
import pathlib
import signal

import keras
import numpy as np
import tiny

import gan_helpers as gh

EPOCHS = 4
STEPS_PER_EPOCH = 6


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


class KillAtStep(keras.callbacks.Callback):
    def __init__(self, step):
        super().__init__()
        self.step = step

    def on_train_batch_end(self, batch, logs=None):
        if self.model.steps == self.step:
            kill()


def kill_while_writing(gan, backup_number):
    """Let the process die when half of this backup is on the disk."""
    save, count = gan.save_weights, 0

    def save_half(path, **options):
        nonlocal count
        count += 1
        save(path, **options)
        if count == backup_number:
            content = pathlib.Path(path).read_bytes()
            pathlib.Path(path).write_bytes(content[: len(content) // 2])
            kill()

    gan.save_weights = save_half


def build(seed=5):
    """Return the GAN and its data; every call makes the same ones.

    Of points, because each process builds the graph anew; lesson 05 resumes a GAN of pictures.
    """
    keras.utils.set_random_seed(seed)
    gan = gh.GAN(tiny.generator(), tiny.discriminator())
    adam = {"learning_rate": 2e-3, "beta_1": 0.0}
    gan.compile(
        r1=0.3,
        penalty_every=4,  # not a divisor of the steps an epoch
        ema=0.9,
        seed=seed,
        generator_optimizer=keras.optimizers.Adam(**adam),
        discriminator_optimizer=keras.optimizers.Adam(**adam),
    )
    return gan, gh.data.pipeline(tiny.points(200), batch_size=200 // STEPS_PER_EPOCH, seed=seed)


def state(gan):
    """Return everything that training changes, as {name: array}."""
    parts = {
        "generator": gan.generator,
        "discriminator": gan.discriminator,
        "ema_generator": gan.ema_generator,
        "generator_optimizer": gan.generator_optimizer,
        "discriminator_optimizer": gan.discriminator_optimizer,
    }
    arrays = {
        f"{name}_{number}": variable.numpy()
        for name, part in parts.items()
        for number, variable in enumerate(part.variables)
    }
    return {**arrays, "steps": np.asarray(gan.steps)}


KINDS = {"ours": gh.callbacks.backup, "keras": keras.callbacks.BackupAndRestore}


def main(kind, folder, result, where=None):
    gh.setup(seed=5)
    gan, dataset = build()
    callbacks = [KINDS[kind](folder)]
    if where == "writing":
        kill_while_writing(gan, 2)
    elif where:
        callbacks.append(KillAtStep(int(where)))
    gan.fit(dataset, epochs=EPOCHS, callbacks=callbacks, verbose=0)
    np.savez(result, **state(gan))


def run(log, *arguments):
    """Run `main`, and write to the file `log` what it complains about."""
    with open(log, "w", encoding="utf-8") as opened:
        os.dup2(opened.fileno(), 2)
    main(*arguments)
