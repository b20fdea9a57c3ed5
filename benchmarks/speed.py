"""Speed of the library itself: import time, and `GAN.fit` against a hand-written loop.

Run by `make bench`; prints a report and writes it to benchmarks/RESULTS.md. Everything that is
compared is measured in turns in one run, and reported as a ratio with its spread.
"""

import pathlib
import platform
import statistics
import subprocess
import sys
import time

import gan_helpers as gh

import keras  # isort: skip  (after gan_helpers, which silences TensorFlow's start)
import tensorflow as tf  # isort: skip

RESULTS = pathlib.Path(__file__).parent / "RESULTS.md"
BATCH_SIZE = 64
STEPS = 300
ROUNDS = 7


def seconds_of(program):
    """Return the wall seconds of a fresh Python that runs `program`."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def import_overhead():
    """Return (extra seconds of `import gan_helpers` over `import tensorflow`, seconds of it)."""
    programs = ("import tensorflow", "import tensorflow, gan_helpers")
    for program in programs:
        seconds_of(program)  # fills the disk cache
    pairs = [[seconds_of(program) for program in programs] for _ in range(ROUNDS)]
    extra = [both - alone for alone, both in pairs]
    return extra, [alone for alone, _ in pairs]


def build(steps_per_execution):
    """Return a compiled GAN at its start: the networks and settings of `quick_gan`."""
    keras.utils.set_random_seed(0)
    gan = gh.GAN(gh.networks.generator(), gh.networks.discriminator())
    gan.compile(**gh.recipes.settings() | {"steps_per_execution": steps_per_execution})
    return gan


def hand_written(gan):
    """Return a function that trains on a dataset in a plain loop: the same step, no Keras `fit`.

    The losses of each step are kept, as any loop does that wants to draw a curve.
    """
    loss = gan.adversarial_loss

    @tf.function
    def step(real):
        latent = tf.random.normal((BATCH_SIZE, gan.latent_dim))
        with tf.GradientTape() as generator_tape:
            fake = gan.generator(latent, training=True)
            with tf.GradientTape() as tape:
                real_logits = gan.discriminator(real, training=True)
                fake_logits = gan.discriminator(tf.stop_gradient(fake), training=True)
                discriminator_loss = loss.discriminator(real_logits, fake_logits)
                discriminator_loss += gan._penalty(real, tf.stop_gradient(fake))
            weights = gan.discriminator.trainable_variables
            gradients = tape.gradient(discriminator_loss, weights)
            gan.discriminator_optimizer.apply_gradients(zip(gradients, weights, strict=True))
            real_logits = gan.discriminator(real, training=True)
            fake_logits = gan.discriminator(fake, training=True)
            generator_loss = loss.generator(real_logits, fake_logits)
        weights = gan.generator.trainable_variables
        gradients = generator_tape.gradient(generator_loss, weights)
        gan.generator_optimizer.apply_gradients(zip(gradients, weights, strict=True))
        gan._average_generator()
        gan.step_counter.assign_add(1)
        return discriminator_loss, generator_loss

    def train(dataset):
        steps = [step(real) for real in dataset]
        return [[float(value) for value in losses] for losses in steps]

    return train


def fit_against_loop(steps_per_execution):
    """Return (ratios of seconds fit / loop, steps per second of fit)."""
    images, _ = gh.data.load("mnist")
    dataset = gh.data.pipeline(images, BATCH_SIZE, seed=0).repeat().take(STEPS)
    fitted, looped = build(steps_per_execution), build(1)
    train = hand_written(looped)

    def fit():
        fitted.fit(dataset, verbose=0)

    def loop():
        train(dataset)

    for warm_up in (fit, loop):
        warm_up()
    ratios, rates = [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        fit()
        middle = time.perf_counter()
        loop()
        end = time.perf_counter()
        ratios.append((middle - start) / (end - middle))
        rates.append(STEPS / (middle - start))
    return ratios, rates


def spread(values, form="{:.3f}"):
    """Return "median (smallest to largest)"."""
    numbers = (statistics.median(values), min(values), max(values))
    return "{} ({} to {})".format(*(form.format(number) for number in numbers))


def main():
    """Measure, print and write the report."""
    runtime = gh.setup(seed=0)
    extra, alone = import_overhead()
    single_ratios, _ = fit_against_loop(steps_per_execution=1)
    ratios, rates = fit_against_loop(steps_per_execution=10)
    rate = spread(rates, "{:.1f}")
    lines = [
        "# Measured speed",
        "",
        "Written by `make bench`. Medians of "
        f"{ROUNDS} rounds of {STEPS} steps, smallest and largest in brackets; what is compared was "
        "run in turns.",
        "",
        f"Machine: {runtime.device}; {runtime.precision}; TensorFlow {tf.__version__}, Keras "
        f"{keras.__version__}, Python {platform.python_version()}. GPU: not measured.",
        "",
        "| What | Measured | Aim |",
        "|---|---|---|",
        f"| `import gan_helpers` over `import tensorflow`, seconds | {spread(extra)} | <= 0.3 |",
        f"| `import tensorflow` itself, seconds | {spread(alone, '{:.2f}')} | |",
        f"| `GAN.fit`, one step a call / hand-written loop | {spread(single_ratios)} | <= 1.03 |",
        f"| `GAN.fit`, ten steps a call / hand-written loop | {spread(ratios)} | <= 1.03 |",
        f"| steps per second of `GAN.fit`, batch {BATCH_SIZE} of 28 px | {rate} | |",
    ]
    report = "\n".join(lines) + "\n"
    print(report)
    RESULTS.write_text(report)


if __name__ == "__main__":
    main()
