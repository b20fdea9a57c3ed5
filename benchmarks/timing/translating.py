"""The training steps of the translators, written by hand with nothing but TensorFlow around."""

import gan_helpers as gh

import keras  # isort: skip  (after gan_helpers, which silences TensorFlow's start)
import tensorflow as tf  # isort: skip

SIDE, WIDTH, BATCH_SIZE, SEED = 64, 24, 8, 0
ABOUT = (
    f"{SIDE} px, batch {BATCH_SIZE}, width {WIDTH}, the settings of lesson 13; facades, or pairs "
    "made from MNIST where they are not at hand (the speed is the same)."
)


def paired(steps):
    """Return (translator, dataset, loop of so many steps, pictures a step)."""
    sources, targets = gh.data.load("facades")

    def build():
        keras.utils.set_random_seed(SEED)
        model = gh.translation.PairedTranslator(
            gh.networks.unet((SIDE, SIDE, 3), 3, WIDTH),
            gh.networks.patch_discriminator((SIDE, SIDE, 3), (SIDE, SIDE, 3), WIDTH),
        )
        model.compile(**gh.translation.paired_settings())
        return model

    def batches():
        return gh.data.pair_pipeline(sources, targets, BATCH_SIZE, seed=SEED).repeat()

    return build(), batches(), loop(paired_step(build()), batches(), steps), BATCH_SIZE


def paired_step(model):
    """Return `PairedTranslator.train_step` as a function of (source, target), without metrics."""
    generator, discriminator, loss = model.generator, model.discriminator, model.adversarial_loss

    def penalty(source, pictures):
        with tf.GradientTape() as tape:
            tape.watch(pictures)
            logits = discriminator([source, pictures], training=True)
            total = tf.reduce_sum(tf.reduce_mean(logits, axis=(1, 2, 3)))
        gradient = tape.gradient(total, pictures)
        return tf.reduce_mean(tf.reduce_sum(tf.square(gradient), axis=(1, 2, 3)))

    def lazy_penalty(source, target, fake):
        def compute():
            real_part = model.r1 / 2 * penalty(source, target)
            return (real_part + model.r2 / 2 * penalty(source, fake)) * model.penalty_every

        due = tf.equal(model.step_counter % model.penalty_every, 0)
        return tf.cond(due, compute, lambda: tf.constant(0.0))

    def move(tape, value, network, optimizer):
        gradients = tape.gradient(value, network.trainable_variables)
        optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))

    def step(source, target):
        with tf.GradientTape() as tape:
            fake = generator(source, training=True)
            still = tf.stop_gradient(fake)
            with tf.GradientTape() as inner:
                value = loss.discriminator(
                    discriminator([source, target], training=True),
                    discriminator([source, still], training=True),
                )
                value += lazy_penalty(source, target, still)
            move(inner, value, discriminator, model.discriminator_optimizer)
            fooled = loss.generator(
                discriminator([source, target], training=True),
                discriminator([source, fake], training=True),
            )
            off = tf.reduce_mean(tf.abs(fake - target))
            objective = model.l1 * off + model.adversarial * fooled
        move(tape, objective, generator, model.generator_optimizer)
        average(model, model.ema_generator, generator)
        model.step_counter.assign_add(1)
        return tf.stack([value, objective])

    return step


def average(model, averaged, network):
    """Move one moving average of the model towards its network."""
    age = tf.cast(model.step_counter, tf.float32)
    decay = tf.minimum(model.ema, (1.0 + age) / (10.0 + age))
    for mean, weight in zip(averaged.variables, network.variables, strict=True):
        mean.assign(decay * mean + (1.0 - decay) * weight)


def loop(step, dataset, steps):
    """Return a function that trains so many steps and keeps the losses."""
    batches, one = iter(dataset), tf.function(step)

    def train():
        losses = [one(*next(batches)) for _ in range(steps)]
        return [value.numpy().tolist() for value in losses]

    return train
