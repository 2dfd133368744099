"""Rehearsal: moments to try a character on, as text and as files, and the checks of its answers. Pure."""
