# study: industrial-silicon
# the carbon content of the coke is missing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/industrial-silicon/>
DELETE DATA { s:coke tm:hasProperty s:coke-carbon }
