# study: flat-glass
# the mass of a square metre is not given
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/flat-glass/>
DELETE DATA { s:glass tm:hasProperty s:glass-mass }
