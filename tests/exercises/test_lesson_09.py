"""The checks of lesson 09, on right answers, stubs and typical wrong answers."""

import answers
import numpy as np
import pytest

import gan_helpers as gh
from gan_helpers.exercises import lesson_09

# --- The test at the door ------------------------------------------------------------------------


def takes_vectors(generator):
    return len(generator.input_shape) == 2


def same_pictures(generator, discriminator):
    return generator.output_shape == discriminator.input_shape


def one_number(discriminator):
    return discriminator.output_shape == (None, 1)


def right_test(generator, discriminator):
    return (
        takes_vectors(generator)
        and same_pictures(generator, discriminator)
        and one_number(discriminator)
    )


def same_count(generator, discriminator):
    """Compare the numbers in a picture only."""
    return (
        takes_vectors(generator)
        and one_number(discriminator)
        and bool(np.prod(generator.output_shape[1:]) == np.prod(discriminator.input_shape[1:]))
    )


def last_axis_is_one(generator, discriminator):
    return (
        takes_vectors(generator)
        and same_pictures(generator, discriminator)
        and discriminator.output_shape[-1] == 1
    )


def test_right_test_is_praised(capsys):
    assert gh.exercises.check_fit_together(right_test)
    assert capsys.readouterr().out.startswith("correct: ")


test_wrong_test_is_explained = answers.explained(
    [
        (lambda g, d: same_pictures(g, d) and one_number(d), "not latent vectors"),
        (lambda g, d: takes_vectors(g) and one_number(d), "14 pixels are made"),
        (lambda g, d: takes_vectors(g) and same_pictures(g, d), "ten numbers a picture"),
        (last_axis_is_one, "one number a pixel"),
        (same_count, "784 flat numbers"),
        (lambda g, d: g.output_shape[1:3] == d.input_shape[1:3], "three are taken"),
        (lambda g, d: not right_test(g, d), "you say False"),
        (lambda g, d: "yes", "expected True or False"),
    ],
    gh.exercises.check_fit_together,
)


# --- Losses that name a fault --------------------------------------------------------------------

RIGHT = (np.log1p(np.exp(-1.0)), np.log(2.0))


def check_losses(losses):
    return gh.exercises.check_lowest_losses(*losses)


@pytest.mark.parametrize("losses", [RIGHT, (0.3133, 0.6931)])
def test_right_losses_are_praised(capsys, losses):
    answers.assert_praised(check_losses, losses, capsys)


def test_losses_are_those_of_a_discriminator_with_two_sigmoids():
    outputs = np.linspace(0.0, 1.0, 101)
    assert np.isclose(np.log1p(np.exp(-outputs)).min(), RIGHT[0])
    assert np.isclose(np.log1p(np.exp(outputs)).min(), RIGHT[1])


test_wrong_losses_are_explained = answers.explained(
    [
        ((0.0, 0.0), "between 0 and 1"),
        ((np.log(2.0), np.log(2.0)), "the highest loss on reals"),
        ((RIGHT[0], np.log1p(np.e)), "the highest loss on fakes"),
        ((RIGHT[0], RIGHT[0]), "softplus(p)"),
        ((0.5, RIGHT[1]), "softplus(-p)"),
        ((0.31, 0.69), "four digits"),
        ((RIGHT[0], 0.693), "four digits"),
    ],
    check_losses,
)


# --- Faults by their records ---------------------------------------------------------------------


def test_right_diagnosis_is_praised(capsys):
    assert gh.exercises.check_five_programs(dict(lesson_09.FAULTS))
    assert capsys.readouterr().out.startswith("correct: ")


def swapped(first, second):
    faults = dict(lesson_09.FAULTS)
    faults[first], faults[second] = faults[second], faults[first]
    return faults


test_wrong_diagnosis_is_explained = answers.explained(
    [
        (swapped("P", "Q"), "the lowest value of the reals"),
        (swapped("Q", "R"), "the fakes' logits rest near 0"),
        (swapped("R", "S"), "how far the generator moved"),
        ({**lesson_09.FAULTS, "S": "data range"}, "correlation of neighboring pixels"),
        ({**lesson_09.FAULTS, "P": "bad luck"}, "is none of"),
        ({"P": "frozen"}, "expected a dict with the keys"),
        ("frozen", "expected a dict"),
    ],
    gh.exercises.check_five_programs,
)


@pytest.fixture(scope="module")
def records():
    # Smooth pictures of blobs: what matters here is that they are no noise.
    random = np.random.default_rng(0)
    centers = random.uniform(8, 20, (256, 2, 1, 1))
    rows, columns = np.mgrid[:28, :28]
    distances = (rows - centers[:, 0]) ** 2 + (columns - centers[:, 1]) ** 2
    digits = (255 * np.exp(-distances / 20)).astype(np.uint8)[..., np.newaxis]
    found = lesson_09.five_programs(digits)
    return {
        name: {key: v[-1] for key, v in health.history.items()} for name, health in found.items()
    }


def test_each_fault_shows_in_its_column(records):
    fault = {fault: records[name] for name, fault in lesson_09.FAULTS.items()}
    healthy = records["healthy"]
    assert healthy["real_min"] == pytest.approx(-1.0, abs=0.01)
    assert fault["data range"]["real_min"] == pytest.approx(0.0, abs=0.01)
    assert fault["frozen"]["generator_change"] == 0.0 < healthy["generator_change"]
    assert abs(fault["noise"]["real_correlation"]) < 0.1 < 0.5 < healthy["real_correlation"]
    assert fault["one optimizer"]["generator_loss"] == pytest.approx(np.log(2.0), abs=0.05)
    assert abs(fault["one optimizer"]["fake_output"]) < 0.3


# --- Stubs ---------------------------------------------------------------------------------------


test_stub_of_the_test_is_not_attempted = answers.untouched_in_any_way(
    gh.exercises.check_fit_together
)


def test_other_stubs_are_not_attempted(capsys):
    assert not gh.exercises.check_lowest_losses(..., ...)
    assert not gh.exercises.check_lowest_losses(RIGHT[0], ...)
    assert not gh.exercises.check_five_programs(dict.fromkeys(lesson_09.FAULTS, ...))
    assert capsys.readouterr().out == "not attempted yet\n" * 3
