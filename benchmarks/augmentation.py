"""Do a GAN's pictures help a classifier that has few labels?

Writes benchmarks/AUGMENTATION.md. A small convolutional classifier learns from 10, 20, 50 or 100
labeled pictures a class: from these alone, with classical augmentation (turned, zoomed, moved),
with the fakes of a conditional GAN that saw the same few pictures, with both; and with fakes of a
GAN that saw all training pictures without their labels, beside the real pictures without their
labels. All ways train equally many steps and are scored on the whole test set. No GAN has seen it
but that of the last way, "leak", which is there as a warning.

    python benchmarks/augmentation.py
    python benchmarks/augmentation.py --seeds 0 --per-class 10      a part of it

A seed chooses the labeled pictures and the first weights of all networks, so that the ways can be
compared in pairs. What is done is kept in benchmarks/augmentation_runs.json: an interrupted
benchmark goes on where it stopped; delete the file to measure anew.
"""

import argparse
import functools
import pathlib

import gan_helpers as gh

import keras  # isort: skip  (after gan_helpers, which silences TensorFlow's start)
import numpy as np  # isort: skip
import tensorflow as tf  # isort: skip

import store
from timing import measuring

FOLDER = pathlib.Path(__file__).parent
REPORT = FOLDER / "AUGMENTATION.md"
RUNS = store.Store(FOLDER / "augmentation_runs.json")
DATA = ("mnist", "fashion_mnist")
PER_CLASS, SEEDS = (10, 20, 50, 100), (0, 1, 2, 3, 4)
PICTURES = 5_000  # real ones, repeated or changed, in every training set; fakes come on top
STEPS, BATCH = 400, 32  # of the classifier
FEW_STEPS, ALL_STEPS = 600, 2_400  # of the GANs
SURE = 0.95  # probability from which on a pseudo-label counts
LEAKED = 10  # labels a class at which the leak is shown
WAYS = {
    "alone": "the labeled pictures alone",
    "classical": "classical augmentation of them",
    "fakes": "with fakes of a GAN that saw the labeled pictures",
    "both": "classical, with these fakes",
    "fakes of all": "classical, with fakes of a GAN that saw all pictures unlabeled",
    "real unlabeled": "classical, with real pictures unlabeled",
    "leak": "classical, with fakes of a GAN that saw the test set",
}
COMPARED = (
    ("classical", "alone"),
    ("fakes", "alone"),
    ("both", "classical"),
    ("fakes of all", "classical"),
    ("real unlabeled", "fakes of all"),
    ("leak", "classical"),
)


# --- The classifier ------------------------------------------------------------------------------


@functools.cache
def classifier():
    """Return the network; its weights are drawn anew for each run."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, dtype="float32"),
        ]
    )


def built_optimizer(network):
    """Return Adam with a rate that falls to 0, its state built for this network."""
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, STEPS))
    optimizer.build(network.trainable_variables)
    return optimizer


@functools.cache
def compiled():
    """Return (function of pictures, labels and batches of indices that trains, optimizer)."""
    network = classifier()
    optimizer = built_optimizer(network)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, 28, 28, 1), tf.uint8),
            tf.TensorSpec((None,), tf.int64),
            tf.TensorSpec((None, BATCH), tf.int64),
        ]
    )
    def run(pictures, labels, batches):
        for batch in batches:
            scaled = tf.cast(tf.gather(pictures, batch), tf.float32) / 127.5 - 1.0
            with tf.GradientTape() as tape:
                loss = loss_of(tf.gather(labels, batch), network(scaled, training=True))
            variables = network.trainable_variables
            optimizer.apply(tape.gradient(loss, variables), variables)

    return run, optimizer


def train(pictures, labels, seed):
    """Train the classifier from fresh weights, those of the seed."""
    run, optimizer = compiled()
    keras.utils.set_random_seed(seed)
    fresh = keras.models.clone_model(classifier())
    old = [*classifier().variables, *optimizer.variables]
    new = [*fresh.variables, *built_optimizer(fresh).variables]
    for variable, start in zip(old, new, strict=True):
        variable.assign(start)
    random = np.random.default_rng(seed)
    passes = -(-STEPS * BATCH // len(pictures))
    order = np.concatenate([random.permutation(len(pictures)) for _ in range(passes)])
    run(pictures, labels, order[: STEPS * BATCH].reshape(STEPS, BATCH))


def probabilities(pictures):
    """Return what the classifier thinks of pictures, float32 (N, 10)."""
    logits = classifier().predict(gh.data.scale(pictures), batch_size=1_000, verbose=0)
    return tf.nn.softmax(logits).numpy()


# --- Training sets -------------------------------------------------------------------------------


def repeated(pictures, labels, count):
    """Return `count` pictures: these again and again."""
    times = -(-count // len(pictures))
    return np.tile(pictures, (times, 1, 1, 1))[:count], np.tile(labels, times)[:count]


def changed(pictures, labels, count, seed):
    """Return `count` pictures: these again and again, each time changed at random."""
    keras.utils.set_random_seed(seed)
    options = {"fill_mode": "constant", "fill_value": 0.0, "dtype": "float32"}
    change = keras.Sequential(
        [
            keras.layers.RandomRotation(0.04, **options),
            keras.layers.RandomZoom(0.1, 0.1, **options),
            keras.layers.RandomTranslation(0.1, 0.1, **options),
        ]
    )
    pictures, labels = repeated(pictures, labels, count)
    parts = np.array_split(pictures.astype(np.float32), -(-len(pictures) // 500))
    drawn = np.concatenate([change(part, training=True) for part in parts])
    return np.clip(np.rint(drawn), 0, 255).astype(np.uint8), labels


def together(*sets):
    """Return several (pictures, labels) as one."""
    return tuple(np.concatenate(parts) for parts in zip(*sets, strict=True))


def sure(pictures, seed):
    """Return the pictures that the trained classifier is sure of, with its labels, changed.

    As many as there are labeled ones, changed or repeated: each kind is half of a training set.
    """
    found = probabilities(pictures)
    kept = np.flatnonzero(found.max(axis=1) >= SURE)[:PICTURES]
    return changed(pictures[kept], found[kept].argmax(axis=1), PICTURES, seed)


@functools.cache
def loaded(data):
    """Return (training pictures, labels, test pictures, labels).

    Raises:
        SystemExit: where only a part of them can be had.
    """
    sets = (*gh.data.load(data, "train"), *gh.data.load(data, "test"))
    if (len(sets[0]), len(sets[2])) != (60_000, 10_000):
        raise SystemExit(f"this needs all of {data}; see GAN_HELPERS_DATA in README.md.")
    return sets


@functools.lru_cache(1)
def fakes_of_all(data):
    """Return the drawings of a GAN that saw all training pictures and no label; one for all."""
    gan = gh.quick_gan(loaded(data)[0], steps=ALL_STEPS, seed=0)
    return gan.generate(2 * PICTURES, seed=0)


@functools.lru_cache(1)
def leaked_fakes(data):
    """Return (fakes, labels) of a GAN that saw the test set with its labels; one for all."""
    _, _, test, test_labels = loaded(data)
    return fakes_with_labels(test, test_labels, ALL_STEPS, (), seed=0)


def fakes_with_labels(pictures, labels, steps, augment, seed):
    """Return (fakes, labels) of a conditional GAN."""
    gan = gh.quick_gan(pictures, steps=steps, seed=seed, labels=labels, augment=augment)
    wanted = np.arange(PICTURES) % 10
    return gan.generate(seed=seed, condition=wanted), wanted


# --- Runs ----------------------------------------------------------------------------------------


def accuracies(data, per_class, seed):
    """Return {way: percent of the test set named correctly} for one choice of labels."""
    images, labels, test, test_labels = loaded(data)
    chosen = gh.data.few_labels(labels, per_class, seed)
    few = images[chosen], labels[chosen]
    classical = changed(*few, PICTURES, seed)
    fakes = fakes_with_labels(*few, FEW_STEPS, ("translation",), seed)
    rest = np.setdiff1d(np.arange(len(images)), chosen)
    rest = images[np.random.default_rng(seed).permutation(rest)[: 2 * PICTURES]]
    found = {}

    def score(way, training):
        train(*training, seed)
        right = probabilities(test).argmax(axis=1) == test_labels
        found[way] = round(100 * float(right.mean()), 2)

    score("alone", repeated(*few, PICTURES))
    score("fakes", together(repeated(*few, PICTURES), fakes))
    score("both", together(classical, fakes))
    score("classical", classical)  # the last, because it names the pictures without labels
    named_fakes, named_rest = sure(fakes_of_all(data), seed), sure(rest, seed)
    score("fakes of all", together(classical, named_fakes))
    score("real unlabeled", together(classical, named_rest))
    if per_class == LEAKED:
        score("leak", together(classical, leaked_fakes(data)))
    return found


def key_of(data, per_class, seed):
    """Return the name of a run in the file of runs."""
    return f"{data}; {per_class} a class; seed {seed}"


def measured(data, per_class, seed):
    """Return one run's accuracies, from the file of runs where it was done already."""
    key = key_of(data, per_class, seed)
    if key not in RUNS.read():
        RUNS.put(key, accuracies(data, per_class, seed))
    run = RUNS.read()[key]
    print(f"{key}: {run}", flush=True)
    return run


# --- Report --------------------------------------------------------------------------------------


def done(runs, data, per_class):
    """Return the runs of this kind that are done, in the order of their seeds."""
    keys = [key_of(data, per_class, seed) for seed in SEEDS]
    return [runs[key] for key in keys if key in runs]


def table(runs, data):
    """Return the table of accuracies, one row a way: mean and deviation over the seeds."""
    columns = [size for size in PER_CLASS if done(runs, data, size)]
    heads = [f"{size} a class ({len(done(runs, data, size))} seeds)" for size in columns]
    lines = [f"| trained on | {' | '.join(heads)} |", "|---" * (1 + len(heads)) + "|"]
    for way, words in WAYS.items():
        cells = []
        for size in columns:
            values = np.array([run[way] for run in done(runs, data, size) if way in run])
            spread = f" ± {values.std(ddof=1):.1f}" if len(values) > 1 else ""
            cells.append(f"{values.mean():.1f}{spread}" if len(values) else "")
        lines.append(f"| {way}: {words} | {' | '.join(cells)} |")
    return "\n".join(lines)


def comparisons(runs, data):
    """Return the table of paired comparisons, one row a pair of ways."""
    columns = [size for size in PER_CLASS if len(done(runs, data, size)) > 1]
    heads = " | ".join(f"{size} a class" for size in columns)
    lines = [f"| difference | {heads} |", "|---" * (1 + len(columns)) + "|"]
    for a, b in COMPARED:
        cells = []
        for size in columns:
            both = [run for run in done(runs, data, size) if a in run and b in run]
            if len(both) < 2:
                cells.append("")
                continue
            one, other = ([run[way] for run in both] for way in (a, b))
            result = gh.evaluation.paired_comparison(one, other)
            interval = f"({result.low:+.1f} to {result.high:+.1f})"
            cells.append(f"{result.difference:+.1f} {interval}, p = {result.p_value:.4f}")
        lines.append(f"| {a} - {b} | {' | '.join(cells)} |")
    return "\n".join(lines)


def report():
    """Return the page."""
    runs = RUNS.read()
    parts = [
        "# Augmentation of few labels",
        "Written by `benchmarks/augmentation.py`. Percent of the 10,000 test pictures that a small "
        "convolutional classifier names correctly, mean ± deviation over seeds; a seed chooses the "
        f"labeled pictures and the first weights. All classifiers train {STEPS} steps of {BATCH} "
        f"pictures. Half of what they see are the labeled pictures; where fakes or unlabeled "
        f"pictures take part, these are the other half. GANs: `gh.quick_gan`, {FEW_STEPS:,} steps "
        f'with `augment=("translation",)` on the labeled pictures, {ALL_STEPS:,} steps on all '
        "60,000 without labels and on the test set, one GAN each for all seeds. Pictures without "
        f"a label get that of the `classical` classifier, where it is sure by {SURE} or more.",
    ]
    for data in DATA:
        if any(done(runs, data, size) for size in PER_CLASS):
            parts += [f"## {data}", table(runs, data), comparisons(runs, data)]
    parts += [
        "Differences are of runs with one seed, with their 95 % interval; p is that of the paired "
        "t-test, not corrected for the number of comparisons.",
        measuring.machine(keras.config.dtype_policy().name),
    ]
    return "\n\n".join(parts) + "\n"


def main():
    """Do the runs that are missing and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", nargs="+", choices=DATA, default=DATA)
    parser.add_argument("--per-class", nargs="+", type=int, choices=PER_CLASS, default=PER_CLASS)
    parser.add_argument("--seeds", nargs="+", type=int, choices=SEEDS, default=SEEDS)
    options = parser.parse_args()
    gh.setup(seed=0)
    for data in options.data:
        for seed in options.seeds:
            for per_class in options.per_class:
                measured(data, per_class, seed)
    REPORT.write_text(report(), encoding="utf-8")
    print(f"wrote {REPORT.name}")


if __name__ == "__main__":
    main()
