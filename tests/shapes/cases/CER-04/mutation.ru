# study: ceramics
# the carbonates are not named as such
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX origin: <https://w3id.org/tanmai/id/emission-origin/>
PREFIX s: <https://w3id.org/tanmai/example/studies/ceramics/>
DELETE DATA { s:kiln-out-carbonates tm:emissionOrigin origin:calcination }
