# study: flat-glass
# the supply of energy is not named as such
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX kind: <https://w3id.org/tanmai/id/process-kind/>
PREFIX s: <https://w3id.org/tanmai/example/studies/flat-glass/>
DELETE DATA { s:gas-supply tm:processKind kind:energy-supply }
