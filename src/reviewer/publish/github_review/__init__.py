"""One review per run on the pull request: what is new, each at its line, nothing twice."""
