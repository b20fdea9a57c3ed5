"""Train the feature nets that gan_helpers ships, and write their weights.

    python tools/train_feature_nets.py                  both, about eight minutes on one core
    python tools/train_feature_nets.py mnist --seed 1 --plan stem --to FOLDER     a second judge

5,000 training pictures are held out to choose settings on; the test pictures are looked at once,
for the accuracy that goes into the file. The last line printed for each net is its entry in
`gan_helpers.evaluation.features.SHIPPED`.

Choosing a GAN's settings and reporting its score with one net tunes the GAN to that net: choose
on a second judge, with another seed and another plan, and report on the shipped one.
`FeatureNet.load(path)` reads it.
"""

import argparse
import pathlib
import platform
import time

import gan_helpers as gh
from gan_helpers.evaluation import feature_networks, feature_training, features

# isort: split
import keras
import numpy as np
import tensorflow as tf

HELD_OUT = 5_000
BATCH = 128
RATE = 3e-3
PLANS = {  # convolutions: filters, kernel size, stride, padding
    "standard": [(16, 3, 1, "same"), (32, 3, 2, "same"), (64, 3, 2, "same"), (64, 3, 1, "valid")],
    "stem": [(32, 5, 2, "same"), (48, 3, 1, "same"), (64, 3, 2, "same"), (64, 3, 1, "valid")],
}
AUGMENTATION = {
    "mnist": {"turn": 12.0, "zoom": 0.12, "shift": 2.0, "flip": False},
    "fashion_mnist": {"turn": 3.0, "zoom": 0.06, "shift": 1.5, "flip": True},
}
FOLDER = pathlib.Path(features.__file__).parent / "weights"


def train(name, seed, epochs, plan):
    """Return the trained `FeatureNet`, its accuracy on the test pictures already measured."""
    keras.utils.set_random_seed(seed)
    images, labels = gh.data.load(name, "train")
    chosen = np.random.default_rng(seed).permutation(len(images))
    held_out, kept = chosen[:HELD_OUT], chosen[HELD_OUT:]
    shape, classes = images.shape[1:], int(labels.max()) + 1
    normalized = feature_networks.network(
        shape, PLANS[plan], classes, normalize=True, initializer="glorot_uniform"
    )
    model = keras.Model(normalized.input, normalized.output["logits"])
    steps = len(kept) // BATCH
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps * epochs - steps // 2, warmup_target=RATE, warmup_steps=steps // 2
    )
    model.compile(
        optimizer=keras.optimizers.AdamW(rate, weight_decay=0.02),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    start = time.perf_counter()
    model.fit(
        batches(images[kept], labels[kept], AUGMENTATION[name], seed),
        shuffle=False,
        steps_per_epoch=steps,
        epochs=epochs,
        validation_data=(gh.data.scale(images[held_out]), labels[held_out]),
        validation_batch_size=500,
        verbose=2,
    )
    about = {
        "image_shape": list(shape),
        "convolutions": [list(entry) for entry in PLANS[plan]],
        "classes": classes,
        "data": name,
        "seed": seed,
        "epochs": epochs,
        "seconds": round(time.perf_counter() - start),
        "versions": {
            "python": platform.python_version(),
            **{module.__name__: module.__version__ for module in (tf, keras, np)},
        },
    }
    plain = feature_networks.network(shape, PLANS[plan], classes)
    net = features.FeatureNet(name, feature_networks.fold(normalized, plain), about)
    net.about["held_out_accuracy"] = accuracy(net, images[held_out], labels[held_out])
    net.about["test_accuracy"] = accuracy(net, *gh.data.load(name, "test"))
    return net


def batches(images, labels, augmentation, seed):
    """Return an endless dataset of augmented pictures in [-1, 1] with their labels."""
    images, labels = tf.constant(images), tf.constant(labels)

    def fetch(step, chosen):
        pictures = tf.cast(tf.gather(images, chosen), tf.float32) / 127.5 - 1.0
        number = tf.cast(step, tf.int32) * 1000 + seed
        pictures = feature_training.affine(pictures, number, **augmentation)
        return pictures, tf.gather(labels, chosen)

    order = tf.data.Dataset.range(len(labels)).shuffle(len(labels), seed=seed).repeat()
    order = order.batch(BATCH, drop_remainder=True).enumerate()
    return order.map(fetch).prefetch(4)


def accuracy(net, images, labels):
    """Return the share of pictures whose most probable class is their label."""
    return round(float(np.mean(net.probabilities(images).argmax(axis=1) == labels)), 4)


def parser():
    """Return the parser of the command line."""
    result = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    result.add_argument("names", nargs="*", help=f"data sets: {', '.join(AUGMENTATION)}")
    result.add_argument("--seed", type=int, default=0)
    result.add_argument("--epochs", type=int, default=10)
    result.add_argument("--plan", choices=PLANS, default="standard")
    result.add_argument("--to", type=pathlib.Path, default=FOLDER, help="a folder")
    return result


def main():
    """Train the nets that the command line names."""
    arguments = parser().parse_args()
    if unknown := set(arguments.names) - set(AUGMENTATION):
        parser().error(f"no settings for {', '.join(unknown)}")
    for name in arguments.names or AUGMENTATION:
        net = train(name, arguments.seed, arguments.epochs, arguments.plan)
        path = arguments.to / f"{name}.npz"
        net.save(path)
        print(f"{path}: {path.stat().st_size:,} bytes, {net.about}")
        print(f'    "{name}": "{net.sha256}",', flush=True)


if __name__ == "__main__":
    main()
