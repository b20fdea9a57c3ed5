"""What the tests of the exercises' checks share: three verdicts on an answer."""


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
