# study: industrial-silicon
# the electricity is missing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/industrial-silicon/>
DELETE DATA { s:furnace tm:input s:furnace-in-electricity }
