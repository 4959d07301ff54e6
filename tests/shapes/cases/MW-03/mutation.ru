# study: mineral-wool
# the supply of energy is not named as such
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX kind: <https://w3id.org/tanmai/id/process-kind/>
PREFIX s: <https://w3id.org/tanmai/example/studies/mineral-wool/>
DELETE DATA { s:coking tm:processKind kind:energy-supply }
