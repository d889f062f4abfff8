"""Calcium: pumps, leaks and buffers."""
