"""Pictures a second of the translators, and what `fit` costs beside a hand-written loop.

    python benchmarks/translation.py                 all translators
    python benchmarks/translation.py --quick paired  fewer rounds; prints only

Run by `make bench`; writes benchmarks/TRANSLATION.md. `fit` and the loop run in turns on the same
networks, settings and data, in one process; ratios are given with their spread. What is done is
kept in benchmarks/translation_runs.json; delete it, or name translators, to measure anew.
"""

import argparse
import datetime
import itertools

import store
from timing import measuring, translating

import gan_helpers as gh

RUNS = store.Store(measuring.FOLDER / "translation_runs.json")
REPORT = measuring.FOLDER / "TRANSLATION.md"
# Name: (title, function that returns (translator, dataset that never ends, loop, pictures a step)).
TRANSLATORS = {
    "paired": ("Paired: `PairedTranslator.fit` against a hand-written loop", translating.paired),
}
STEPS = 10  # an epoch of fit, a run of the loop
PAIRS, QUICK_PAIRS = 16, 4
AIM = 1.03


def section(build, quick):
    """Return the Markdown on one translator."""
    translator, dataset, loop, pictures = build(STEPS)
    pairs = QUICK_PAIRS if quick else PAIRS
    fitted, looped = measuring.fit_beside(translator, dataset, loop, STEPS, pairs)
    rows = []
    for clock in ("wall", "processor"):
        mine, others = (getattr(times, clock) for times in (fitted, looped))
        # Each epoch of fit stands between two runs of the loop.
        around = [(before + after) / 2 for before, after in itertools.pairwise(others)]
        values = measuring.ratios(mine[1:], around)
        aim = f"<= {AIM}" if clock == "wall" else ""
        rows.append(f"seconds of `fit` / of the loop, {clock} | {aim} | {measuring.cells(values)}")
    for name, times in (("`fit`", fitted), ("the loop", looped)):
        for clock in ("wall", "processor"):
            rate = [STEPS * pictures / seconds for seconds in getattr(times, clock)]
            cells = measuring.cells(rate, 1)
            rows.append(f"pictures a second of {name}, {clock} clock | | {cells}")
    heads = f"what | aim | {measuring.CELLS}"
    return f"{translating.ABOUT}\n\n{measuring.table(heads, rows)}"


def report(found, kept):
    """Return the report as Markdown."""
    lines = [
        "# Measured speed of the translators",
        f"Written by `make bench`. {measuring.machine(found.precision)} {datetime.date.today()}.",
    ]
    for name, (title, _) in TRANSLATORS.items():
        if name in kept:
            lines += [f"## {title}", kept[name]]
    return "\n\n".join(lines) + "\n"


def main(given=None):
    """Measure what is missing and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="translator", help=", ".join(TRANSLATORS))
    parser.add_argument("--quick", action="store_true", help="less of it; writes nothing")
    options = parser.parse_args(given)
    if unknown := set(options.names) - set(TRANSLATORS):
        parser.error(f"unknown: {', '.join(unknown)}; translators are {', '.join(TRANSLATORS)}.")
    if options.names and not options.quick:
        RUNS.forget(lambda name: name in options.names)
    done = {} if options.quick else RUNS.read()
    found = gh.setup(seed=0)
    for name in options.names or TRANSLATORS:
        if name in done:
            continue
        title, build = TRANSLATORS[name]
        text = section(build, options.quick)
        print(f"\n## {title}\n\n{text}", flush=True)
        if not options.quick:
            RUNS.put(name, text)
    if not options.quick:
        REPORT.write_text(report(found, RUNS.read()), encoding="utf-8")
        print(f"wrote {REPORT.name}")


if __name__ == "__main__":
    main()
