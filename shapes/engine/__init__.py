"""SHACL compiled to SPARQL.

    shapes graph --reader--> syntax tree --compiler--> plan --evaluator--> results

A plan holds SPARQL fragments and nothing of any data graph, so that it is made once for a shapes graph, kept as JSON, and run
against any store.
"""
