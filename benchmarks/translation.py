"""Pictures a second of the translators, and what `fit` costs beside a hand-written loop.

    python benchmarks/translation.py                 all translators
    python benchmarks/translation.py --quick paired  fewer rounds; prints only

Run by `make bench`; writes benchmarks/TRANSLATION.md. `fit` and the loop run in turns on the same
networks, settings and data, in one process; ratios are given with their spread. What is done is
kept in benchmarks/translation_runs.json; delete it, or name translators, to measure anew.
"""

import datetime
import functools

import store
from timing import measuring, sections, translating, unpaired

import gan_helpers as gh

RUNS = store.Store(measuring.FOLDER / "translation_runs.json")
REPORT = measuring.FOLDER / "TRANSLATION.md"
# Name: (title, setting, function that returns (translator, endless data, loop, pictures a step)).
TRANSLATORS = {
    "paired": (
        "Paired: `PairedTranslator.fit` against a hand-written loop",
        translating.ABOUT,
        translating.paired,
    ),
    "unpaired": (
        "Unpaired: `UnpairedTranslator.fit` against a hand-written loop",
        unpaired.ABOUT,
        unpaired.unpaired,
    ),
}
STEPS = 10  # an epoch of fit, a run of the loop
PAIRS, QUICK_PAIRS = 16, 4
AIM = 1.03


def section(about, build, quick):
    """Return the Markdown on one translator."""
    translator, dataset, loop, pictures = build(STEPS)
    pairs = QUICK_PAIRS if quick else PAIRS
    fitted, looped = measuring.fit_beside(translator, dataset, loop, STEPS, pairs)
    rows = []
    for clock in ("wall", "processor"):
        values = measuring.against_loop(getattr(fitted, clock), getattr(looped, clock))
        aim = f"<= {AIM}" if clock == "wall" else ""
        rows.append(f"seconds of `fit` / of the loop, {clock} | {aim} | {measuring.cells(values)}")
    for name, times in (("`fit`", fitted), ("the loop", looped)):
        for clock in ("wall", "processor"):
            rate = [STEPS * pictures / seconds for seconds in getattr(times, clock)]
            cells = measuring.cells(rate, 1)
            rows.append(f"pictures a second of {name}, {clock} clock | | {cells}")
    heads = f"what | aim | {measuring.CELLS}"
    return f"{about}\n\n{measuring.table(heads, rows)}"


def report(kept):
    """Return the report as Markdown."""
    head = [
        "# Measured speed of the translators",
        f"Written by `make bench`. {kept['machine']} {datetime.date.today()}.",
    ]
    return sections.page(head, TRANSLATORS, kept)


def main(given=None):
    """Measure what is missing and write the report."""
    options = sections.options(given, __doc__, TRANSLATORS, "translator")
    found = gh.setup(seed=0)
    sections.begin(options, RUNS, found)
    names = sections.missing(options, RUNS, TRANSLATORS)
    for name in names:
        title, about, build = TRANSLATORS[name]
        measured = functools.partial(section, about, build)
        sections.measure(name, title, measured, options.quick, RUNS)
    if not options.quick:
        sections.write(REPORT, report(RUNS.read()))


if __name__ == "__main__":
    main()
