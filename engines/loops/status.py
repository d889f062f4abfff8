"""How a run ended, as the loops report it; ``engines.result`` has the words."""

FINISHED = 0
NEGATIVE = 1
STOPPED = 2
EXTINCT = 3
TOO_MANY_EVENTS = 4
TOO_MANY_STEPS = 5
STEP_TOO_SMALL = 6
NOT_FINITE = 7
WITHOUT_END = 8
TOO_MANY_WAITING = 9
NO_DELAY = 10
