"""Judging submissions: SHACL shapes as data, and the engine that runs them.

The shapes are Turtle files: `general/` (every product carbon footprint), `pcr/` (one file per product category rule),
`exchange/` (records for exchange with others) and `label/` (labels and certificates).
"""
