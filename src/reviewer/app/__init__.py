"""The doors: command line and action. They parse, wire, run, and choose the exit code."""
