# study: mobile-phone
# the accessories are not listed
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/mobile-phone/>
DELETE DATA { s:phone tm:accessory s:cable, s:charger }
