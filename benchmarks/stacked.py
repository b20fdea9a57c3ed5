"""StackedMNIST under the published protocol: how many of a thousand modes, and how evenly.

    python benchmarks/stacked.py              one run of about 35 minutes on two idle cores
    python benchmarks/stacked.py --seed 1     another one
    python benchmarks/stacked.py --report     the table alone

Run by `make bench`; writes benchmarks/STACKED.md. The GAN has the networks and the settings of
`gh.quick_gan`. After every fifth pass over the data 26,000 pictures of the averaged generator
are named, channel by channel, by the shipped digit net (see `gh.evaluation.mode_coverage`). A run
that is interrupted goes on after its last pass.

Quality depends on the number of steps, time on the machine: the seconds in the table are steps
divided by the steps per second that the script measures at the end, for which the machine should
be idle.
"""

import argparse
import pathlib
import time

import store

import gan_helpers as gh

import keras  # isort: skip  (after gan_helpers, which silences TensorFlow's start)
import tensorflow as tf  # isort: skip

FOLDER = pathlib.Path(__file__).parent
RUNS = store.Store(FOLDER / "stacked_runs.json")
REPORT = FOLDER / "STACKED.md"
COUNT = 26_000
BATCH_SIZE = 64
PASSES = 100  # over 60,000 pictures, 937 steps each
PASSES_BETWEEN = 5
PUBLISHED = [  # modes, KL, hardware and time where the paper says so
    ("DCGAN (as reported with VEEGAN, Srivastava et al. 2017)", "99", "3.40", "not stated"),
    ("WGAN-GP (as reported with R3GAN)", "959", ".73", "not stated"),
    ("StyleGAN2 (as reported with R3GAN)", "940", ".42", "not stated"),
    ("PacDCGAN2 (Lin et al. 2018)", "1000", ".06", "not stated"),
    ("DDGAN (Xiao et al. 2022)", "1000", ".071", "not stated"),
    ("R3GAN (Huang et al. 2024)", "1000", ".029", "8 GPUs, 7 hours"),
]


class Coverage(keras.callbacks.Callback):
    """Notes modes and KL after every fifth pass, under the name of the run."""

    def __init__(self, seed):
        super().__init__()
        self.seed = seed

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % PASSES_BETWEEN:
            return
        found = gh.evaluation.mode_coverage(self.model.generate(COUNT, seed=1), "stacked_mnist")
        piece = {"modes": found["modes"], "kl": round(float(found["kl"]), 4)}
        RUNS.put(f"{self.seed}/{self.model.steps}", piece)
        print(f"seed {self.seed}, step {self.model.steps:,}: {piece}", flush=True)


def build(seed):
    """Return a compiled GAN for pictures of 28 x 28 in three channels, and its dataset."""
    images, _ = gh.data.load("stacked_mnist", "train")
    keras.utils.set_random_seed(seed)
    shape = images.shape[1:]
    level = float(images.mean() / 127.5 - 1.0)
    gan = gh.GAN(gh.networks.generator(shape, level=level), gh.networks.discriminator(shape))
    gan.compile(**gh.recipes.settings(), seed=seed)
    return gan, gh.data.pipeline(images, BATCH_SIZE, seed)


def train(seed, passes):
    """Train, or go on training, and note the coverage on the way."""
    gan, dataset = build(seed)
    backup = gh.callbacks.backup(FOLDER / f"stacked_backup_{seed}")
    gan.fit(dataset, epochs=passes, callbacks=[Coverage(seed), backup], verbose=0)


def steps_per_second(seconds=20):
    """Return the rate of this machine, without the first steps, which build the graph."""
    gan, dataset = build(0)
    gan.fit(dataset.take(50), verbose=0)
    first, start = gan.steps, time.perf_counter()
    gan.fit(dataset, epochs=1_000, callbacks=[gh.callbacks.StopAfter(seconds)], verbose=0)
    return (gan.steps - first) / (time.perf_counter() - start)


def floor():
    """Return the coverage of real stacked digits that the GAN never sees."""
    images, _ = gh.data.load("stacked_mnist", "test")
    return gh.evaluation.mode_coverage(images[:COUNT], "stacked_mnist")


def report(pieces):
    """Return the Markdown of all runs, each at its last note and at its best."""
    real, rate = pieces["floor"], pieces["rate"]
    rows = []
    for seed in sorted({key.split("/")[0] for key in pieces if "/" in key}):
        notes = {int(k.split("/")[1]): v for k, v in pieces.items() if k.startswith(f"{seed}/")}
        for steps in sorted(notes)[_shown(len(notes))]:
            note = notes[steps]
            minutes = steps / rate["steps_per_second"] / 60
            rows.append(
                f"| gan_helpers, seed {seed}, {steps:,} steps | {note['modes']} | "
                f"{note['kl']:.3f} | {rate['machine']}, {minutes:.0f} minutes |"
            )
    published = ["| " + " | ".join(row) + " |" for row in PUBLISHED]
    return "\n".join(
        [
            "# StackedMNIST",
            "",
            "Written by `python benchmarks/stacked.py`. 26,000 pictures of the averaged "
            "generator, named by the shipped digit net "
            f"({gh.evaluation.feature_net('mnist').hash}); KL to equal shares, in nats. Minutes "
            f"are steps divided by {rate['steps_per_second']:.0f} steps a second, measured "
            f"({rate['versions']}). GPU: not measured.",
            "",
            "| Model | modes of 1000 | KL | hardware, time |",
            "|---|---|---|---|",
            f"| real stacked digits, never trained on | {real['modes']} | {real['kl']:.4f} | |",
            *rows,
            *published,
            "",
        ]
    )


def _shown(count):
    """Return which of so many notes stand in the table: about six, the last among them."""
    return slice((count - 1) % max(1, count // 6), None, max(1, count // 6))


def main():
    """Train what is missing and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--passes", type=int, default=PASSES, help="over 60,000 pictures")
    parser.add_argument("--report", action="store_true", help="only write the table")
    parser.add_argument("--rate", action="store_true", help="measure the steps a second again")
    arguments = parser.parse_args()
    found = gh.setup(seed=arguments.seed)
    if not arguments.report:
        last = arguments.passes * (60_000 // BATCH_SIZE)
        print(f"{last:,} steps, about {last / 2_760:.0f} minutes on two idle cores.", flush=True)
        if f"{arguments.seed}/{last}" not in RUNS.read():
            train(arguments.seed, arguments.passes)
        RUNS.put("floor", {key: float(floor()[key]) for key in ("modes", "kl")})
    if arguments.rate or "rate" not in RUNS.read():
        machine = f"{gh.runtime.processor_name()}, {found.precision}"
        versions = f"TensorFlow {tf.__version__}, Keras {keras.__version__}"
        rate = {"steps_per_second": steps_per_second(), "machine": machine, "versions": versions}
        RUNS.put("rate", rate)
    REPORT.write_text(report(RUNS.read()), encoding="utf-8")
    print(REPORT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
