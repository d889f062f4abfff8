"""The master equation itself, by finite state projection: probabilities of states, with a bound on their error.

``over_time``, ``stationary`` and ``first_passage`` are what a user calls.
"""
