# study: lime
# the transport is not named as such
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX kind: <https://w3id.org/tanmai/id/process-kind/>
PREFIX s: <https://w3id.org/tanmai/example/studies/lime/>
DELETE DATA { s:haulage tm:processKind kind:transport }
