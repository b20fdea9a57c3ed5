"""Small GANs on real digits, healthy or with one fault, recorded by `Health`."""

import keras
import numpy as np
import tensorflow as tf

import gan_helpers as gh

LATENT_DIM = 16
EPOCHS, BATCH_SIZE = 6, 32


def generator(*hidden, output="tanh", units=32):
    """Return a dense generator of digits; layers in `hidden` come before the last one."""
    return keras.Sequential(
        [
            keras.Input((LATENT_DIM,)),
            keras.layers.Dense(units),
            *hidden,
            keras.layers.LeakyReLU(0.2),
            keras.layers.Dense(784, activation=output),
            keras.layers.Reshape((28, 28, 1)),
        ]
    )


def discriminator(*hidden, output=None, shape=(28, 28, 1), units=32):
    """Return a dense discriminator of digits."""
    return keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Flatten(),
            keras.layers.Dense(units),
            *hidden,
            keras.layers.LeakyReLU(0.2),
            keras.layers.Dense(1, activation=output),
        ]
    )


def adam(rate=1e-3, beta_1=0.5):
    return keras.optimizers.Adam(rate, beta_1=beta_1)


def dataset(reals, batch_size=BATCH_SIZE):
    """Return what `fit` takes: a pipeline of bytes, or the floats as they are."""
    if reals.dtype == np.uint8:
        return gh.data.pipeline(reals, batch_size)
    reals = tf.data.Dataset.from_tensor_slices(reals.astype(np.float32))
    return reals.batch(batch_size, drop_remainder=True)


def fit(reals, networks=None, rates=(1e-3, 1e-3), epochs=EPOCHS, seed=0, **options):
    """Train a GAN and return (findings with the recorder, findings from the losses alone)."""
    keras.utils.set_random_seed(seed)
    gan = gh.GAN(*(networks or (generator(), discriminator())))
    gan.compile(
        generator_optimizer=adam(rates[0]),
        discriminator_optimizer=adam(rates[1]),
        **{"loss": "non_saturating", "ema": 0.9, "seed": seed, **options},
    )
    reals = dataset(reals)
    health = gh.diagnosis.Health(real=reals)
    history = gan.fit(reals, epochs=epochs, callbacks=[health], verbose=0).history
    pictures = gan.generate(64, seed=0) if len(gan.sample_shape) == 3 else None
    bare = {name: history[name] for name in gh.gan.METRICS}
    return names(history, pictures), names(bare, pictures)


def names(history, pictures=None):
    return [finding.name for finding in gh.diagnosis.diagnose(history, pictures)]


def batches(reals, count, size=BATCH_SIZE, seed=0):
    """Yield random batches, float32 in [-1, 1]."""
    draws = np.random.default_rng(seed)
    for _ in range(count):
        yield gh.data.scale(reals[draws.integers(0, len(reals), size)])


def latent():
    return tf.random.normal((BATCH_SIZE, LATENT_DIM))


def loop(reals, make, judge, step, count=120, every=10, size=BATCH_SIZE):
    """Run a hand-written loop; `step(real)` returns (fake, discriminator loss, generator loss)."""
    health = gh.diagnosis.Health(make, judge, every=every)
    for real in batches(reals, count, size):
        fake, discriminator_loss, generator_loss = step(real)
        health.record(
            real=real,
            fake=fake,
            discriminator_loss=discriminator_loss,
            generator_loss=generator_loss,
        )
    return names(health, make(latent()).numpy())


def tape_step(make, judge, training=True, rate=1e-3):
    """Return a training step with two tapes, as most programs have it."""
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    optimizers = [adam(rate), adam(rate)]
    for optimizer, network in zip(optimizers, (make, judge), strict=True):
        optimizer.build(network.trainable_variables)

    @tf.function
    def step(real):
        with tf.GradientTape(persistent=True) as tape:
            fake = make(latent(), training=training)
            says_real, says_fake = judge(real, training=True), judge(fake, training=True)
            wrong = cross_entropy(tf.ones_like(says_fake), says_fake)
            right = cross_entropy(tf.ones_like(says_real), says_real)
            losses = (wrong, right + cross_entropy(tf.zeros_like(says_fake), says_fake))
        for loss, optimizer, network in zip(losses, optimizers, (make, judge), strict=True):
            variables = network.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return fake, losses[1], losses[0]

    return step


def keras_step(make, judge, freeze=True, real_label=1.0, alone=False, rate=1e-3):
    """Return a training step with `train_on_batch` and a combined model, as articles have it."""
    judge.compile(loss="binary_crossentropy", optimizer=adam(rate))
    if alone:
        combined = make
    else:
        combined = keras.Sequential([make, judge])
    combined.compile(loss="binary_crossentropy", optimizer=adam(rate))
    ones = np.ones((BATCH_SIZE, 1))
    wanted = np.ones((BATCH_SIZE, 28, 28, 1)) if alone else ones

    def step(real):
        fake = make(latent()).numpy()
        judge.trainable = True
        losses = [
            judge.train_on_batch(real, real_label * ones),
            judge.train_on_batch(fake, (1 - real_label) * ones),
        ]
        judge.trainable = not freeze
        return fake, float(np.mean(losses)), float(combined.train_on_batch(latent(), wanted))

    return step
