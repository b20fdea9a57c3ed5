"""Train the feature nets that gan_helpers ships, and write their weights.

    python tools/train_feature_nets.py                      both, to gan_helpers/evaluation/weights
    python tools/train_feature_nets.py mnist --seed 1 --to FOLDER    a second judge

5,000 training pictures are held out to choose on; the test pictures are looked at once, at the
end, for the accuracy that is written beside the weights.
"""

import argparse
import json
import pathlib
import platform
import time

import gan_helpers as gh
from gan_helpers.evaluation import features

# isort: split
import keras
import numpy as np
import tensorflow as tf

HELD_OUT = 5_000
BATCH = 128
PLANS = {
    # filters, kernel size, stride, padding
    "A": [(16, 3, 1, "same"), (32, 3, 2, "same"), (64, 3, 2, "same"), (64, 3, 1, "valid")],
    "C": [
        (16, 3, 1, "same"),
        (32, 3, 2, "same"),
        (32, 3, 1, "same"),
        (64, 3, 2, "same"),
        (64, 3, 1, "valid"),
    ],
    "D": [(32, 5, 2, "same"), (48, 3, 1, "same"), (64, 3, 2, "same"), (64, 3, 1, "valid")],
}


def affine(pictures, seed, turn, zoom, shift, flip):
    """Return the float pictures (N, H, W, C), each turned, zoomed and shifted at random.

    turn: largest angle in degrees; zoom: largest relative change of the size, and shear;
    shift: largest shift in pixels; flip: whether half of them are mirrored.
    """
    count, side = tf.shape(pictures)[0], pictures.shape[1]

    def uniform(number, limit):
        return tf.random.stateless_uniform([count], [seed, number], -limit, limit)

    angle = uniform(0, turn * np.pi / 180)
    width, height, shear = (1 + uniform(1, zoom)), (1 + uniform(2, zoom)), uniform(3, zoom)
    if flip:
        width *= tf.sign(uniform(4, 1.0))
    a, b = tf.cos(angle) * width, -tf.sin(angle) + shear
    c, d = tf.sin(angle), tf.cos(angle) * height
    middle = (side - 1) / 2
    x = middle - a * middle - b * middle + uniform(5, shift)
    y = middle - c * middle - d * middle + uniform(6, shift)
    zero = tf.zeros_like(a)
    transform = tf.stack([a, b, x, c, d, y, zero, zero], axis=1)
    return keras.ops.image.affine_transform(
        pictures, transform, interpolation="bilinear", fill_mode="constant", fill_value=-1.0
    )


AUGMENTATION = {
    "mnist": {"turn": 12.0, "zoom": 0.12, "shift": 2.0, "flip": False},
    "fashion_mnist": {"turn": 3.0, "zoom": 0.06, "shift": 1.5, "flip": True},
}


def batches(images, labels, name, seed):
    """Return an endless dataset of augmented pictures in [-1, 1] with their labels."""
    images, labels = tf.constant(images), tf.constant(labels)

    def fetch(step, chosen):
        pictures = tf.cast(tf.gather(images, chosen), tf.float32) / 127.5 - 1.0
        number = tf.cast(step, tf.int32) * 1000 + seed
        pictures = affine(pictures, number, **AUGMENTATION[name])
        return pictures, tf.gather(labels, chosen)

    order = tf.data.Dataset.range(len(labels)).shuffle(len(labels), seed=seed).repeat()
    order = order.batch(BATCH, drop_remainder=True).enumerate()
    return order.map(fetch).prefetch(4)


def train(name, seed, epochs, plan, rate=3e-3):
    """Return (network without norms, about) after training on all but the held-out pictures."""
    keras.utils.set_random_seed(seed)
    images, labels = gh.data.load(name, "train")
    chosen = np.random.default_rng(seed).permutation(len(images))
    held_out, kept = chosen[:HELD_OUT], chosen[HELD_OUT:]
    shape, classes = images.shape[1:], int(labels.max()) + 1
    normalized = features.network(shape, plan, classes, normalize=True)
    model = keras.Model(normalized.input, normalized.output["logits"])
    steps = len(kept) // BATCH
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, steps * epochs - steps // 2, warmup_target=rate, warmup_steps=steps // 2
    )
    model.compile(
        optimizer=keras.optimizers.AdamW(schedule, weight_decay=0.02),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    start = time.perf_counter()
    checked = (gh.data.scale(images[held_out]), labels[held_out])
    model.fit(
        batches(images[kept], labels[kept], name, seed),
        shuffle=False,
        steps_per_epoch=steps,
        epochs=epochs,
        validation_data=checked,
        validation_batch_size=500,
        verbose=2,
    )
    seconds = time.perf_counter() - start
    plain = features.fold(normalized, features.network(shape, plan, classes))
    return plain, seconds, accuracy(plain, images[held_out], labels[held_out])


def accuracy(model, images, labels):
    """Return the share of pictures whose greatest logit is their label's."""
    logits = model.predict(gh.data.scale(images), batch_size=500, verbose=0)["logits"]
    return float(np.mean(logits.argmax(axis=1) == labels))


if __name__ == "__main__":
    import sys

    name, plan, epochs, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    model, seconds, held = train(name, seed, epochs, PLANS[plan])
    print(name, plan, epochs, seed, "held", held, "s", round(seconds), model.count_params())
    np.savez(f"/tmp/featnets/{name}_{plan}_{epochs}_{seed}.npz", *model.get_weights())
