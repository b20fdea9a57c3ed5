"""What benchmarks/speed.py and translation.py measure, and how; a section is Markdown."""
