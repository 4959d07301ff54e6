# study: dairy
# the net content of the bottle is not given
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/dairy/>
DELETE DATA { s:milk tm:hasProperty s:milk-content }
