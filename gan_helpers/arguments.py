"""What every module asks of its arguments: whole numbers and numbers, NumPy's included."""

import math
import numbers

_LIMITS = {2**power - 1: f"2**{power} - 1" for power in (31, 32)}  # as people write them


def is_whole(value, least=1, most=None):
    """Return whether it is a whole number in the range; True and False are none, nor is 3.0.

    Args:
        value: anything.
        least, most: the ends of the range, both included; None is no end.
    """
    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        return False
    return (least is None or value >= least) and (most is None or value <= most)


def whole(name, value, least=1, most=None, of=""):
    """Return the value as an int, because Keras and JSON refuse NumPy's integers.

    Args:
        name: of the argument, for the error.
        value, least, most: as for `is_whole`.
        of: what it counts, for the error.

    Raises:
        ValueError: for what is no whole number in the range.
    """
    if is_whole(value, least, most):
        return int(value)
    wanted = f"a whole number of {of}" if of else "a whole number"
    if least is not None:
        wanted += f" from {least} " + ("on" if most is None else f"to {_LIMITS.get(most, most)}")
    raise ValueError(f"{name} is {value!r}; it must be {wanted}.")


def is_number(value):
    """Return whether it is a number; True, False, NaN and infinity are none."""
    is_real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return is_real and bool(-math.inf < value < math.inf)


def number(name, value, least=None, above=None, below=math.inf):
    """Return the value as a float, or raise a ValueError unless it is a number in the range.

    The range begins with `least` or after `above`, whichever is given, and ends before `below`.
    """
    low = least if above is None else above
    if is_number(value) and low <= value < below and value != above:
        return float(value)
    limits = f"from {least} on" if above is None else f"above {above}"
    limits += "" if below == math.inf else f" and below {below}"
    raise ValueError(f"{name} is {value!r}; it must be a number {limits}.")
