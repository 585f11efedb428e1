"""Loads the same CloudTrail objects into Cairn and into the tools that people would use instead."""
