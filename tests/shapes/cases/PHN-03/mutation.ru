# study: mobile-phone
# the die area of the circuits is left out
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/mobile-phone/>
DELETE DATA { s:circuits tm:hasProperty s:circuit-die-area }
