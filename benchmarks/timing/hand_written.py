"""The training step of `gh.GAN`, written by hand with nothing but TensorFlow around it.

It computes what `GAN.train_step` computes for the settings of `quick_gan`, without metrics: the
fair peer of `GAN.fit` and, cut short after each part, the source of the table of parts.
"""

import gan_helpers as gh

import tensorflow as tf  # isort: skip  (after gan_helpers, which silences its start)

PARTS = (
    "generator: forward",
    "discriminator: passes and gradients",
    "lazy penalties R1 and R2",
    "discriminator: Adam",
    "generator's turn: passes and gradients",
    "generator: Adam",
    "moving average of the generator",
)


def step_of(gan, last=PARTS[-1]):
    """Return the step as a function of a real batch, cut short after the part `last`.

    It returns the two losses, or what the last part computed.
    """
    generator, discriminator, loss = gan.generator, gan.discriminator, gan.adversarial_loss
    penalized = PARTS.index(last) >= PARTS.index("lazy penalties R1 and R2")

    def step(real):
        latent = gan.draw_latent(real.shape[0])
        with tf.GradientTape() as generator_tape:
            fake = generator(latent, training=True)
            if last == PARTS[0]:
                return fake
            with tf.GradientTape() as tape:
                real_logits = discriminator(real, training=True)
                fake_logits = discriminator(tf.stop_gradient(fake), training=True)
                discriminator_loss = loss.discriminator(real_logits, fake_logits)
                if penalized:
                    discriminator_loss += lazy_penalty(gan, real, tf.stop_gradient(fake))
            gradients = tape.gradient(discriminator_loss, discriminator.trainable_variables)
            if last in PARTS[1:3]:
                return gradients
            pairs = zip(gradients, discriminator.trainable_variables, strict=True)
            gan.discriminator_optimizer.apply_gradients(pairs)
            if last == PARTS[3]:
                return discriminator_loss
            real_logits = discriminator(real, training=True)
            fake_logits = discriminator(fake, training=True)
            generator_loss = loss.generator(real_logits, fake_logits)
        gradients = generator_tape.gradient(generator_loss, generator.trainable_variables)
        if last == PARTS[4]:
            return gradients
        pairs = zip(gradients, generator.trainable_variables, strict=True)
        gan.generator_optimizer.apply_gradients(pairs)
        if last == PARTS[6]:
            average(gan)
        gan.step_counter.assign_add(1)
        return discriminator_loss, generator_loss

    return step


def lazy_penalty(gan, real, fake):
    """Return gamma / 2 (R1 + R2) times k at each k-th step, else 0."""

    def compute():
        squares = [
            gh.losses.zero_centered_penalty(gan.discriminator, pictures)
            for pictures in (real, fake)
        ]
        gammas = [gamma(gan.step_counter.value) for gamma in (gan.r1, gan.r2)]
        total = sum(g / 2 * square for g, square in zip(gammas, squares, strict=True))
        return total * gan.penalty_every

    due = tf.equal(gan.step_counter % gan.penalty_every, 0)
    return tf.cond(due, compute, lambda: tf.constant(0.0))


def average(gan):
    """Move the averaged generator towards the current one."""
    age = tf.cast(gan.step_counter, tf.float32)
    decay = tf.minimum(gan.ema, (1.0 + age) / (10.0 + age))
    for mean, weight in zip(gan.ema_generator.variables, gan.generator.variables, strict=True):
        mean.assign(decay * mean + (1.0 - decay) * weight)


def loop(gan, dataset, steps, steps_a_call=1):
    """Return a function that trains so many steps, as a loop of one's own would.

    One step a call: Python takes a batch and calls the graph. Several: the graph itself takes
    the batches, as `steps_per_execution` lets Keras do it, so Python's share is spread on both
    sides alike. The losses are kept, as by anybody who wants to draw a curve.
    """
    step = step_of(gan)
    batches = iter(dataset)
    one = tf.function(step)

    @tf.function
    def several(iterator):
        totals = tf.zeros((2,))
        for _ in tf.range(steps_a_call):
            totals += tf.stack(step(next(iterator)))
        return totals / steps_a_call

    def train():
        if steps_a_call == 1:
            losses = [one(next(batches)) for _ in range(steps)]
        else:
            losses = [several(batches) for _ in range(steps // steps_a_call)]
        return [[float(value) for value in pair] for pair in losses]

    return train
