"""The checks of lesson 06, on right answers, stubs and typical wrong answers."""

import answers
import numpy as np

import gan_helpers as gh

# --- Along the sphere --------------------------------------------------------------------------


def angle_between(start, end):
    return np.arccos(start @ end / (np.linalg.norm(start) * np.linalg.norm(end)))


def right_way(start, end, t):
    angle = angle_between(start, end)
    return (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)


def without_division(start, end, t):
    return right_way(start, end, t) * np.sin(angle_between(start, end))


def without_lengths(start, end, t):
    with np.errstate(invalid="ignore"):
        angle = np.arccos(start @ end)
    return (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)


def rescaled_line(start, end, t):
    """Straight line, stretched to the right length: the same sphere, but uneven steps."""
    line = (1 - t) * start + t * end
    length = (1 - t) * np.linalg.norm(start) + t * np.linalg.norm(end)
    return line * length / np.linalg.norm(line)


def test_right_way_is_praised(capsys):
    assert gh.exercises.check_spherical_walk(right_way)
    assert capsys.readouterr().out.startswith("correct: ")


def test_helper_passes_the_check():
    assert gh.exercises.check_spherical_walk(
        lambda start, end, t: gh.plots.interpolate(start, end, 11)[round(10 * t)]
    )


test_wrong_way_is_explained = answers.explained(
    [
        (lambda start, end, t: (1 - t) * start + t * end, "this is the straight line"),
        (lambda start, end, t: right_way(end, start, t), "is not `start`"),
        (without_division, "is not `start`"),
        (without_lengths, "divided by both lengths"),
        (rescaled_line, "off by up to"),
        (lambda start, end, t: np.stack([start, end]), "expected one vector"),
    ],
    gh.exercises.check_spherical_walk,
)


# --- Copies ------------------------------------------------------------------------------------


def distances(pictures, training):
    return gh.evaluation.nearest_neighbors(pictures, training)[1][:, 0]


def right_share(samples, training, held_out):
    limit = np.quantile(distances(held_out, training), 0.01)
    return np.mean(distances(samples, training) < limit)


def limit_from_samples(samples, training, held_out):
    limit = np.quantile(distances(samples, training), 0.01)
    return np.mean(distances(samples, training) < limit)


def nearest_of_held_out(samples, training, held_out):
    return np.mean(distances(samples, training) < distances(held_out, training).min())


def three_percent(samples, training, held_out):
    limit = np.quantile(distances(held_out, training), 0.03)
    return np.mean(distances(samples, training) < limit)


def fixed_limit(samples, training, held_out):
    return np.mean(distances(samples, training) < 30.5)


def other_end_of_the_quantile(samples, training, held_out):
    limit = np.quantile(distances(held_out, training), 0.99)
    return np.mean(distances(samples, training) < limit)


def held_out_as_training(samples, training, held_out):
    limit = np.quantile(distances(held_out, training), 0.01)
    return np.mean(distances(samples, held_out) < limit)


def number_of_copies(samples, training, held_out):
    return right_share(samples, training, held_out) * len(samples)


def test_right_share_is_praised(capsys):
    assert gh.exercises.check_copied_share(right_share)
    assert capsys.readouterr().out.startswith("correct: ")


test_wrong_share_is_explained = answers.explained(
    [
        (limit_from_samples, "1 % quantile of the held-out"),
        (other_end_of_the_quantile, "1 % quantile of the held-out"),
        (held_out_as_training, "1 % quantile of the held-out"),
        (nearest_of_held_out, "1 % quantile of the held-out"),
        (three_percent, "1 % quantile of the held-out"),
        (fixed_limit, "1 % quantile of the held-out"),
        (lambda *sets: 1 - right_share(*sets), "a copy lies below it"),
        (number_of_copies, "a share lies between 0 and 1"),
        (lambda samples, training, held_out: distances(samples, training), "expected one number"),
    ],
    gh.exercises.check_copied_share,
)


# --- Stubs -------------------------------------------------------------------------------------


test_stub_is_not_attempted = answers.untouched_in_any_way(
    gh.exercises.check_spherical_walk, gh.exercises.check_copied_share
)
