"""Turns the tables of `ontology/reference/tables/` into Turtle; run by `scripts/build_reference.py`.

Modules: `errors` (error tree), `turtle` (deterministic writer), `tables` (reading CSV), `fields` (what a column becomes),
`statements` (source, validity, status and confidence of every statement), then one module per subject that says which
columns its tables have, and `plan` (which table goes into which file).
"""
