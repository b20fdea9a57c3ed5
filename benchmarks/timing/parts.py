"""Where the milliseconds of a step go: the hand-written step, cut short after each part."""

import numpy as np
import tensorflow as tf

from timing import fitting, hand_written, measuring

NOTHING = "batch from the pipeline, call of the graph"


def section(quick):
    """Return the table of parts, each as the difference to the one before."""
    functions = {NOTHING: calls(lambda real: real[0, 0, 0])}
    for part in hand_written.PARTS:
        gan = fitting.build()
        functions[part] = calls(hand_written.step_of(gan, part), gan)
    times = measuring.in_turns(functions, 5 if quick else 25)
    whole = np.array(times[hand_written.PARTS[-1]].wall)
    before = np.zeros(len(whole))
    rows = []
    for part, found in times.items():
        found = np.array(found.wall)
        share = (found - before) / whole
        low, high = measuring.interval(share)
        milliseconds = 1e3 * np.median(found - before) / STEPS
        rows.append(
            f"{part} | {milliseconds:.2f} | {np.median(share):.3f} | {low:.3f} to {high:.3f}"
        )
        before = found
    return measuring.table("Part | ms more | share of the step | 95 % interval", rows)


STEPS = 20


def calls(step, gan=None):
    """Return a function that calls the graph of the step, one call a step."""
    step = tf.function(step)
    iterator = iter(fitting.batches())

    def run():
        for number in range(STEPS):
            if gan is not None:  # cut steps do not count themselves: the penalties need it
                gan.step_counter.assign(number)
            result = step(next(iterator))
        return result

    return run
