"""Rules of schemes and standards as small calculators over the graph.

Each calculator reads its rules, limits and hierarchies from the graph, where they stand with their sources, and says of
every number which rule made it: `schemes.electricity` (which factor for which electricity, R08), `schemes.cutoffs` (what
may be left out, R04), `schemes.primary` (share of primary data, R13), `schemes.quality` (data-quality rating, R14) and
`schemes.plausibility` (mass balance and expected ranges).
"""
