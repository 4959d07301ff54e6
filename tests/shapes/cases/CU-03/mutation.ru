# study: copper
# the acid plant is not said to be one
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX kind: <https://w3id.org/tanmai/id/process-kind/>
PREFIX s: <https://w3id.org/tanmai/example/studies/copper/>
DELETE DATA { s:acid-plant tm:processKind kind:acid-plant }
