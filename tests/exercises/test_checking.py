"""How checks speak: right, wrong, untouched, and broken answers."""

import numpy as np
import pytest

from gan_helpers.exercises import checking


@checking.check
def check_double(answer):
    """Check a function that doubles an array."""
    result = checking.call(answer, np.array([1.0, 2.0]))
    checking.expect_close(result, [2.0, 4.0], "the double", tolerance=1e-3)
    return "twice as much."


def verdict(capsys, *answers):
    """Return (bool, text) of the check."""
    result = check_double(*answers)
    return result, capsys.readouterr().out


def test_right_answer(capsys):
    assert verdict(capsys, lambda x: 2 * x) == (True, "correct: twice as much.\n")


def stub_that_returns(x):
    return ...


def stub_that_raises(x):
    raise NotImplementedError


@pytest.mark.parametrize("answer", [None, ..., stub_that_returns, stub_that_raises])
def test_untouched_stub(answer, capsys):
    assert verdict(capsys, answer) == (False, "not attempted yet\n")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda x: 3 * x, "the double is off by up to 2."),
        (lambda x: 2 * x[:1], "the double has the shape (1,); expected (2,)."),
        (lambda x: x / 0 if x is None else x[5], "your code raised IndexError:"),
        (lambda: 1, "your code raised TypeError:"),
        (lambda x: None, "your function returns nothing; every way through it must return."),
        (7, "expected a function, got int."),
        ("2 * x", "expected a function, got str."),
        (lambda x: 2 * x * np.nan, "the double"),
        (lambda x: ["a", "b"], "your code raised ValueError:"),
    ],
)
def test_wrong_answer(answer, sentence, capsys):
    result, text = verdict(capsys, answer)
    assert not result
    assert text.startswith("not yet: ") and sentence in text
    assert text.count("\n") == 1  # a sentence, no traceback


@checking.check
def check_sign(answer):
    """Check a function in two cases."""
    for number in (2, -2):
        checking.expect(checking.call(answer, number) == np.sign(number), "it is the sign.")
    return "plus or minus."


def test_a_branch_that_is_left_is_named(capsys):
    check_sign(lambda number: 1 if number > 0 else ...)
    assert capsys.readouterr().out.startswith("not yet: in one of the cases")
    check_sign(lambda number: ...)
    assert capsys.readouterr().out == "not attempted yet\n"


@pytest.mark.parametrize(("off", "right"), [(0.0009, True), (0.0011, False)])
def test_tolerance(off, right, capsys):
    assert verdict(capsys, lambda x: 2 * x + off)[0] == right


def test_a_verdict_is_silent_as_the_last_line_of_a_cell(capsys):
    shell = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell.instance()
    shown, _ = shell.display_formatter.format(check_double(None))
    assert shown == {}
    assert capsys.readouterr().out == "not attempted yet\n"


def test_a_check_keeps_its_name_and_words():
    assert check_double.__name__ == "check_double"
    assert check_double.__doc__ == "Check a function that doubles an array."


def test_interrupting_is_not_an_answer():
    def impatient(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_double(impatient)


def test_arrays_are_answers_too(capsys):
    @checking.check
    def check_sum(array):
        checking.expect(np.sum(array) == 3, "the sum is not 3.")
        return "the sum is 3."

    assert check_sum(np.array([1, 2])) and not check_sum(np.array([1, 1]))
    assert not check_sum(None)
    assert capsys.readouterr().out.splitlines() == [
        "correct: the sum is 3.",
        "not yet: the sum is not 3.",
        "not attempted yet",
    ]


def test_empty_arrays_are_equal():
    checking.expect_close(np.zeros((0, 2)), np.ones((0, 2)), "nothing")
