# study: ceramics
# the dryer has lost its gas and its electricity
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/ceramics/>
DELETE DATA { s:spray-dryer tm:input s:spray-dryer-in-gas, s:spray-dryer-in-electricity }
