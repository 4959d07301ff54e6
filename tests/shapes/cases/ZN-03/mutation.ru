# study: zinc
# the roasting is not said to be it
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX kind: <https://w3id.org/tanmai/id/process-kind/>
PREFIX s: <https://w3id.org/tanmai/example/studies/zinc/>
DELETE DATA { s:roasting tm:processKind kind:roasting }
