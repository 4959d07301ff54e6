"""SPARQL 1.1 Protocol: what a request asks (:mod:`api.sparql.protocol`), the answer (:mod:`api.sparql.routes`)."""
