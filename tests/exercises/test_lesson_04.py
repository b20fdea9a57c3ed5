"""Lesson 04's checks accept right answers and teach from wrong ones."""

import answers
import keras
import numpy as np
import tensorflow as tf

from gan_helpers.exercises import lesson_04


def right_loss(fake_logits):
    return tf.reduce_mean(tf.nn.softplus(-fake_logits))


def step(loss=right_loss, whose="generator", apply=True, inside=True, result=None):
    """Return a step of the generator, right or with one fault."""

    def generator_step(generator, discriminator, optimizer, latent):
        early = generator(latent, training=True)
        with tf.GradientTape() as tape:
            fake = generator(latent, training=True) if inside else early
            value = loss(discriminator(fake, training=True))
        networks = {"generator": generator, "discriminator": discriminator}
        chosen = networks.values() if whose == "both" else [networks[whose]]
        weights = [weight for network in chosen for weight in network.trainable_variables]
        gradients = tape.gradient(value, weights)
        if apply:
            optimizer.apply_gradients(zip(gradients, weights, strict=True))
        return value if result is None else result(value)

    return generator_step


RIGHT = {
    "loss": (lesson_04.check_non_saturating_loss, right_loss),
    "loss by Keras": (
        lesson_04.check_non_saturating_loss,
        lambda logits: keras.losses.BinaryCrossentropy(from_logits=True)(
            tf.ones_like(logits), logits
        ),
    ),
    "step": (lesson_04.check_generator_step, step()),
    "symptoms": (lesson_04.check_symptoms, {"A": "sigmoid", "B": "sign", "C": "labels"}),
}
STUBS = {
    "loss": (lesson_04.check_non_saturating_loss, lambda fake_logits: ...),
    "step": (lesson_04.check_generator_step, lambda *arguments: ...),
    "symptoms": (lesson_04.check_symptoms, {"A": ..., "B": ..., "C": ...}),
}
WRONG_LOSSES = {
    "minimax": (lambda logits: -tf.reduce_mean(tf.nn.softplus(logits)), "minimax"),
    "sign inside": (lambda logits: tf.reduce_mean(tf.nn.softplus(logits)), "sign inside"),
    "sign in front": (lambda logits: -right_loss(logits), "sign in front"),
    "sum": (lambda logits: tf.reduce_sum(tf.nn.softplus(-logits)), "sum"),
    "one number a picture": (lambda logits: tf.nn.softplus(-logits), "shape (4, 1)"),
    "logarithm of a rounded zero": (
        lambda logits: -tf.reduce_mean(tf.math.log(tf.sigmoid(logits))),
        "softplus",
    ),
    "logarithm of base 2": (lambda logits: right_loss(logits) / np.log(2.0), "; expected "),
    "an error": (lambda logits: logits.nonsense, "AttributeError"),
}
WRONG_STEPS = {
    "moves the discriminator": (step(whose="discriminator"), "discriminator moved"),
    "moves both": (step(whose="both"), "discriminator moved"),
    "moves nothing": (step(apply=False), "did not move"),
    "wrong way": (step(loss=lambda logits: -right_loss(logits)), "wrong way"),
    "helps the judge": (step(loss=lambda logits: right_loss(-logits)), "wrong way"),
    "minimax": (step(loss=lambda logits: -right_loss(-logits)), "right amount"),
    "sum": (step(loss=lambda logits: 6.0 * right_loss(logits)), "right amount"),
    "fakes outside the tape": (step(inside=False), "no gradient reaches"),
    "returns something else": (step(result=lambda loss: 2.0 * loss), "loss that you return"),
    "stopped": (
        step(loss=lambda logits: right_loss(tf.stop_gradient(logits))),
        "no gradient reaches",
    ),
}
WRONG_SYMPTOMS = {
    "A swapped": ({"A": "labels", "B": "sign", "C": "labels"}, "lower logits"),
    "A sign": ({"A": "sign", "B": "sign", "C": "labels"}, "range"),
    "B swapped": ({"A": "sigmoid", "B": "labels", "C": "sign"}, "in B they do not"),
    "C sign": ({"A": "sigmoid", "B": "sign", "C": "sign"}, "whose labels"),
    "half done": ({"A": "sigmoid", "B": ..., "C": ...}, "B, C: still to be filled in"),
    "other keys": ({"a": "sigmoid"}, "expected ['A', 'B', 'C']"),
    "unknown word": ({"A": "bug", "B": "sign", "C": "labels"}, "choose one of"),
    "no dict": (["sigmoid", "sign", "labels"], "expected a dict"),
}

test_right_answers_pass = answers.praised(RIGHT)
test_stubs_are_not_attempted = answers.untouched(STUBS)
test_wrong_losses_are_explained = answers.explained(
    WRONG_LOSSES, lesson_04.check_non_saturating_loss
)
test_wrong_steps_are_explained = answers.explained(WRONG_STEPS, lesson_04.check_generator_step)
test_wrong_diagnoses_are_explained = answers.explained(WRONG_SYMPTOMS, lesson_04.check_symptoms)


def test_suspects_show_their_symptoms():
    numbers = np.random.default_rng(4).normal(3.0, 0.5, (1_600, 1)).astype(np.float32)
    line = np.linspace(-5, 10, 60, dtype=np.float32)[:, np.newaxis]
    seen = {}
    for name, suspect in lesson_04.suspects().items():
        history = suspect.fit(numbers, batch_size=32, epochs=6, verbose=0).history
        last = {key: values[-1] for key, values in history.items()}
        seen[name] = last, suspect.discriminator(line).numpy()
    last, logits = seen["A"]
    assert 0.0 <= logits.min() <= logits.max() <= 1.0
    assert last["real_accuracy"] == 1.0 and last["fake_accuracy"] == 0.0
    last, _ = seen["B"]
    assert last["real_logit"] > 0 > last["fake_logit"] and last["generator_loss"] < 0.2
    last, _ = seen["C"]
    assert last["real_logit"] < 0 < last["fake_logit"] and last["discriminator_loss"] < 0.2
    last, _ = seen["healthy"]
    assert abs(last["discriminator_loss"] - 2 * np.log(2.0)) < 0.15
