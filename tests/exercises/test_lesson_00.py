"""The checks of lesson 00, on right answers, stubs and typical wrong answers."""

import answers
import numpy as np

import gan_helpers as gh

# --- Drawing with a seed -----------------------------------------------------------------------


def test_right_drawing_is_praised(capsys):
    assert gh.exercises.check_draw_with_seed(lambda gan: gan.generate(25, seed=3))
    assert capsys.readouterr().out.startswith("correct: ")


test_wrong_drawing_is_explained = answers.explained(
    [
        (lambda gan: gan.generate(25), "Name it: seed=3"),
        (lambda gan: gan.generate(24, seed=3), "24 pictures"),
        (lambda gan: gan.generate(3, seed=25), "3 pictures"),
        (lambda gan: gan.generate(25, seed=25), "not those of seed 3"),
        (lambda gan: gan.generate(25, seed=3) / 255, "float64"),
        (lambda gan: gan.draw(25), "raised AttributeError"),
        ("25", "expected a function"),
    ],
    gh.exercises.check_draw_with_seed,
)


def test_drawing_of_another_gan_is_noticed(capsys):
    shape = (28, 28, 1)
    mine = gh.GAN(
        gh.networks.generator(shape, latent_dim=8, width=4),
        gh.networks.discriminator(shape, width=4),
    )
    assert not gh.exercises.check_draw_with_seed(lambda gan: mine.generate(25, seed=3))
    assert "the GAN that is passed in" in capsys.readouterr().out


# --- A straight walk ---------------------------------------------------------------------------


def right_walk(start, end, steps):
    weights = np.linspace(0.0, 1.0, steps)[:, np.newaxis]
    return (1 - weights) * start + weights * end


def test_right_walk_is_praised(capsys):
    assert gh.exercises.check_straight_walk(right_walk)
    assert gh.exercises.check_straight_walk(np.linspace)
    assert capsys.readouterr().out.count("correct: ") == 2


test_wrong_walk_is_explained = answers.explained(
    [
        (lambda start, end, steps: right_walk(end, start, steps), "swap the two weights"),
        (lambda start, end, steps: right_walk(start, end, steps).T, "one vector a row"),
        (lambda start, end, steps: (start + end) / 2, "one vector a row"),
        (lambda start, end, steps: right_walk(start, end, steps + 1)[:-1], "must reach 1"),
        (lambda start, end, steps: right_walk(start, end, steps + 1)[1:], "is not `start`"),
        (
            lambda start, end, steps: gh.plots.interpolate(start, end, steps, "spherical"),
            "off by up to",
        ),
    ],
    gh.exercises.check_straight_walk,
)


# --- Stubs -------------------------------------------------------------------------------------


test_stub_is_not_attempted = answers.untouched_in_any_way(
    gh.exercises.check_draw_with_seed, gh.exercises.check_straight_walk
)
