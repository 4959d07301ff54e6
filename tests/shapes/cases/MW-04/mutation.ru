# study: mineral-wool
# the carbonates are not named as such
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX origin: <https://w3id.org/tanmai/id/emission-origin/>
PREFIX s: <https://w3id.org/tanmai/example/studies/mineral-wool/>
DELETE DATA { s:cupola-out-carbonates tm:emissionOrigin origin:calcination }
