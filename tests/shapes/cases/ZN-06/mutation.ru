# study: zinc
# the recovery of zinc is missing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/zinc/>
DELETE DATA { s:roasting tm:recoveryRate 0.98 }
