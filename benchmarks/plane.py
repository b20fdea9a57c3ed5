"""Modes lost and won back in the plane: what each cure brings, and how far the recipe comes.

Run by `make bench`; prints a report and writes it to benchmarks/PLANE.md. The protocol is that of
VEEGAN and PacGAN (see `gh.evaluation.plane_coverage`): 2,500 points of the trained generator.

    python benchmarks/plane.py            all (about 15 minutes on two cores)
    python benchmarks/plane.py recipe     the recipe alone (5 minutes)
    python benchmarks/plane.py cures      the table of cures alone
"""
