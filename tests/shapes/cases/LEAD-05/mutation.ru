# study: lead
# the electricity is missing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/lead/>
DELETE DATA { s:smelting tm:input s:smelting-in-electricity }
