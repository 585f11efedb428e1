"""Asks Cairn and the tools that people would use instead the same nine questions, and compares speed and answers."""
