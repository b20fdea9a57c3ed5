"""What the tests of the exercises' checks share: verdicts on an answer, and on tables of answers.

A table is a dict from a case's name to a tuple, or a list of tuples. Each function of tables
returns a parametrized test; the name that it is given says what of:

    test_wrong_losses_are_explained = answers.explained(WRONG_LOSSES, lesson_04.check_loss)
"""

import itertools

import pytest


def said(check, answer, capsys):
    """Return (passed, what the check said)."""
    capsys.readouterr()
    passed = check(answer)
    return bool(passed), capsys.readouterr().out


def assert_praised(check, answer, capsys):
    passed, text = said(check, answer, capsys)
    assert passed, text
    assert text.startswith("correct: ")


def assert_not_attempted(check, stub, capsys):
    assert said(check, stub, capsys) == (False, "not attempted yet\n")


def assert_explained(check, answer, hint, capsys):
    passed, text = said(check, answer, capsys)
    assert not passed
    assert text.startswith("not yet: ")
    assert hint in text


def praised(cases):
    """Return a test of right answers, (check, answer)."""
    return _test(assert_praised, cases)


def untouched(cases):
    """Return a test of stubs, (check, stub)."""
    return _test(assert_not_attempted, cases)


def untouched_in_any_way(*checks):
    """Return a test of all that counts as a stub of a function."""
    stubs = {"...": ..., "returns ...": lambda *_: ...}
    pairs = itertools.product(checks, stubs.items())
    return untouched({f"{check.__name__}, {name}": (check, stub) for check, (name, stub) in pairs})


def explained(cases, *check):
    """Return a test of wrong answers: (answer, hint) where a check is given, else with a check."""
    return _test(assert_explained, cases, *check)


def riddle(check, right, hints):
    """Return a test that gives each case each kind: the right one is praised, others explained.

    Args:
        check: of a dict from case to kind.
        right: {case: kind}.
        hints: {(case, kind): sentence} for each wrong kind.
    """

    @pytest.mark.parametrize("case", right)
    @pytest.mark.parametrize("kind", sorted(right.values()))
    def test(case, kind, capsys):
        verdict = {**right, case: kind}
        if kind == right[case]:
            assert_praised(check, verdict, capsys)
        else:
            assert_explained(check, verdict, hints[case, kind], capsys)

    return test


def _test(assertion, cases, *check):
    if not isinstance(cases, dict):
        cases = {f"{number} {_words(*case)}": case for number, case in enumerate(cases)}

    @pytest.mark.parametrize("case", cases)
    def test(case, capsys):
        assertion(*check, *cases[case], capsys)

    return test


def _words(first, *others):
    """Return what tells a case from others: its hint, or else the name of the check."""
    return others[-1] if isinstance(others[-1], str) else first.__name__
