# study: ceramics
# the quarrying is not named as such
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX kind: <https://w3id.org/tanmai/id/process-kind/>
PREFIX s: <https://w3id.org/tanmai/example/studies/ceramics/>
DELETE DATA { s:pit tm:processKind kind:quarrying }
