# study: steel-bf-bof
# the sinter plant is not said to be one
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX kind: <https://w3id.org/tanmai/id/process-kind/>
PREFIX s: <https://w3id.org/tanmai/example/studies/steel-bf-bof/>
DELETE DATA { s:sintering tm:processKind kind:ore-agglomeration }
