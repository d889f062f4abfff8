"""This project beside other simulators: the same models, in turns, on one thread, checked in the same run."""
