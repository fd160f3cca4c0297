"""The morning report from the carriers' nightly feeds."""

__version__ = "1.4.0"
