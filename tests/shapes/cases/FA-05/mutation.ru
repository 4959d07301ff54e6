# study: ferroalloy
# the electricity is missing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/ferroalloy/>
DELETE DATA { s:furnace tm:input s:furnace-in-electricity }
