# study: zinc
# the electricity is missing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/zinc/>
DELETE DATA { s:electrowinning tm:input s:electrowinning-in-electricity }
