"""Who may see what: a store of its own for each audience, holding all that it may read and nothing else.

- :mod:`graphstore.audiences.visibility`: what the catalogue says of audiences, access levels and sharings
- :mod:`graphstore.audiences.changes`: changing that, in ordinary transactions
- :mod:`graphstore.audiences.views`: the store of one audience on disk, made from the whole store

What an audience is told of data that it may not read, totals only, is computed above this package.
"""
