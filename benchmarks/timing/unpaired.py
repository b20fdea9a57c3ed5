"""The training step of the unpaired translator, written by hand with TensorFlow alone."""

import gan_helpers as gh
from timing import translating

import keras  # isort: skip  (after gan_helpers, which silences TensorFlow's start)
import tensorflow as tf  # isort: skip

SIDE, WIDTH, BATCH_SIZE, SEED = 64, 32, 4, 0
ABOUT = (
    f"{SIDE} px, batch {BATCH_SIZE} of each side, width {WIDTH}, the settings of lesson 14; emoji, "
    "or pairs made from MNIST where they are not at hand (the speed is the same)."
)


def build():
    """Return a compiled translator; every call makes the same one."""
    keras.utils.set_random_seed(SEED)
    shape = (SIDE, SIDE, 3)
    model = gh.translation.UnpairedTranslator(
        gh.networks.residual_translator(shape, WIDTH, blocks=2, patch=4),
        gh.networks.residual_translator(shape, WIDTH, blocks=2, patch=4),
        gh.networks.patch_discriminator(None, shape, width=16),
        gh.networks.patch_discriminator(None, shape, width=16),
    )
    adam = {"learning_rate": 1e-3, "beta_1": 0.5, "beta_2": 0.99}
    model.compile(
        cycle=5.0,
        identity=0.0,
        generator_optimizer=keras.optimizers.Adam(**adam),
        discriminator_optimizer=keras.optimizers.Adam(**adam),
    )
    return model


def data():
    """Return the dataset, without an end."""
    first, second = gh.data.load("emoji_pairs")
    return gh.data.unpaired_pipeline(first, second, BATCH_SIZE, seed=SEED).repeat()


def loop(steps):
    """Return a function that trains a model of its own so many steps and returns the losses."""
    return translating.loop(step_of(build()), data(), steps)


def step_of(model):
    """Return `UnpairedTranslator.train_step` as a function of (a, b), without metrics."""
    to_b, to_a = model.a_to_b, model.b_to_a
    judge_a, judge_b = model.discriminator_a, model.discriminator_b

    def mean_square(values):
        return tf.reduce_mean(tf.square(tf.cast(values, tf.float32)))

    def gap(one, other):
        return tf.reduce_mean(tf.abs(one - other))

    def move(tape, value, networks, optimizer):
        weights = [weight for network in networks for weight in network.trainable_variables]
        optimizer.apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))

    def caught(judge, real, fake):
        return (mean_square(judge(real) - 1.0) + mean_square(judge(fake))) / 2

    def step(a, b):
        with tf.GradientTape() as tape:
            fake_b, fake_a = to_b(a, training=True), to_a(b, training=True)
            fooled = (mean_square(judge_a(fake_a) - 1.0) + mean_square(judge_b(fake_b) - 1.0)) / 2
            cycle = gap(to_a(fake_b, training=True), a) + gap(to_b(fake_a, training=True), b)
            objective = fooled + model.cycle * cycle
        move(tape, objective, (to_b, to_a), model.generator_optimizer)

        number = model.step_counter.value
        shown_a = model.pool_a.exchange(fake_a, tf.stack([tf.constant(0, tf.int64), number]))
        shown_b = model.pool_b.exchange(fake_b, tf.stack([tf.constant(1, tf.int64), number]))
        with tf.GradientTape() as tape:
            value = caught(judge_a, a, shown_a) + caught(judge_b, b, shown_b)
        move(tape, value, (judge_a, judge_b), model.discriminator_optimizer)

        translating.average(model, model.ema_a_to_b, to_b)
        translating.average(model, model.ema_b_to_a, to_a)
        model.step_counter.assign_add(1)
        return tf.stack([value, objective])

    return step


def unpaired(steps):
    """Return (translator, dataset, loop of so many steps, pictures a step)."""
    return build(), data(), loop(steps), 2 * BATCH_SIZE
