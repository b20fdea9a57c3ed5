"""The sections of benchmarks/speed.py, one module each; each has `section(quick)` -> Markdown."""
