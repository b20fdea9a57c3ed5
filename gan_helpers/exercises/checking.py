"""How a check speaks to a learner."""

import functools

import numpy as np


class Wrong(Exception):
    """Says in one sentence what is wrong with an answer, and hints at the mend."""


class NotAttempted(Exception):
    """The stub is untouched."""


_returned = []  # what the function of the check that runs has returned so far


class Verdict(int):
    """True or False, silent as the last line of a notebook's cell: the sentence is printed."""

    def _ipython_display_(self):
        pass


def check(function):
    """Turn a function that raises `Wrong` into one that prints and returns a `Verdict`."""

    @functools.wraps(function)
    def checked(*answers):
        _returned.clear()
        try:
            if any(answer is None or answer is ... for answer in answers):
                raise NotAttempted
            praise = function(*answers)
        except (NotAttempted, NotImplementedError):
            begun = "not yet: in one of the cases your function still returns `...`."
            print(begun if _returned else "not attempted yet")
            return Verdict(False)
        except Wrong as wrong:
            print(f"not yet: {wrong}")
            return Verdict(False)
        except Exception as error:
            # A learner's error is an answer too; a traceback through the checker would not help.
            print(f"not yet: your code raised {type(error).__name__}: {error}")
            return Verdict(False)
        print(f"correct: {praise}")
        return Verdict(True)

    return checked


def expect(condition, sentence):
    """Raise `Wrong` with this sentence unless the condition holds."""
    if not condition:
        raise Wrong(sentence)


def call(answer, *arguments):
    """Return what the learner's function returns; `...`, or parts like it, mean a stub."""
    if not callable(answer):
        raise Wrong(f"expected a function, got {type(answer).__name__}.")
    result = answer(*arguments)
    parts = list(result.values()) if isinstance(result, dict) else result
    parts = parts if isinstance(parts, list | tuple) and parts else [parts]
    if all(part is ... for part in parts):
        raise NotAttempted
    expect(result is not None, "your function returns nothing; every way through it must return.")
    _returned.append(result)
    return result


def expect_close(found, wanted, what, tolerance=1e-5):
    """Raise `Wrong` unless `found` has the shape and, within tolerance, the values of `wanted`."""
    found, wanted = np.asarray(found), np.asarray(wanted)
    expect(
        found.shape == wanted.shape,
        f"{what} has the shape {found.shape}; expected {wanted.shape}.",
    )
    gap = np.max(np.abs(found.astype(np.float64) - wanted.astype(np.float64)), initial=0.0)
    expect(gap <= tolerance, f"{what} is off by up to {gap:.3g}.")


def expect_keys(answers, cases):
    """Raise `Wrong` unless `answers` is a dict with one entry for each case."""
    expect(isinstance(answers, dict), f"expected a dict, got {type(answers).__name__}.")
    keys = sorted(map(str, answers))
    expect(set(answers) == set(cases), f"the keys are {keys}; expected {list(cases)}.")


def expect_filled(answers):
    """Raise unless each part of an answer, {name: part}, is filled in.

    All blank means an untouched stub; some blank are named.
    """
    blanks = [name for name, part in answers.items() if part is ... or part is None]
    if len(blanks) == len(answers):
        raise NotAttempted
    expect(not blanks, f"{', '.join(blanks)}: still to be filled in.")


def expect_kinds(answers, right, choices, hints):
    """Raise `Wrong` unless `answers` gives each case its kind.

    Args:
        answers: dict from case to kind; all blank means an untouched stub.
        right: {case: kind}, the key to the riddle.
        choices: the kinds to choose from, in the order in which to name them.
        hints: {(case, kind): sentence} for each wrong kind.
    """
    expect_keys(answers, right)
    expect_filled(answers)
    names = ", ".join(map(repr, choices))
    for case, kind in answers.items():
        expect(kind in list(choices), f"{case} is {kind!r}; choose one of {names}.")
        if kind != right[case]:
            raise Wrong(hints[case, kind])
