# study: dairy
# the transport is not named as such
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX kind: <https://w3id.org/tanmai/id/process-kind/>
PREFIX s: <https://w3id.org/tanmai/example/studies/dairy/>
DELETE DATA { s:haulage tm:processKind kind:transport }
