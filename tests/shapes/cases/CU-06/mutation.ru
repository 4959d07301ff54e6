# study: copper
# the second result is not declared
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/copper/>
DELETE DATA { s:study tm:declares s:declared-by-mass }
