# study: cement
# calcination and coal have lost their names
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX origin: <https://w3id.org/tanmai/id/emission-origin/>
PREFIX s: <https://w3id.org/tanmai/example/studies/cement/>
DELETE DATA { s:kiln-out-coal tm:emissionOrigin origin:fuel-combustion }
