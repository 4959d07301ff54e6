"""Tanmai 碳脉: product carbon footprints on a knowledge graph."""

__version__ = "0.1.0"
