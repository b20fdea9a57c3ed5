"""What tools/lessons.py does with notebooks: run, check, sync, handouts."""
