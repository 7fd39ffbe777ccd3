"""Both APIs in one project, and the least that could answer, to be timed in turns."""
