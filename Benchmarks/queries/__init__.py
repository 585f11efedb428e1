"""Asks Cairn and the tools that people would use instead the same questions, and compares speed and answers."""
