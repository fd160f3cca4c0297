"""Counts the words of a text."""

from .counting import count_words, most_common

__all__ = ["count_words", "most_common"]
