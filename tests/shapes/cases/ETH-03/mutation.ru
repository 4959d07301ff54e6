# study: ethylene
# the supply of naphtha is not named as such
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX kind: <https://w3id.org/tanmai/id/process-kind/>
PREFIX s: <https://w3id.org/tanmai/example/studies/ethylene/>
DELETE DATA { s:refinery tm:processKind kind:feedstock-supply }
