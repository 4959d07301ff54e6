# study: lead
# the casting is not said to be it
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX kind: <https://w3id.org/tanmai/id/process-kind/>
PREFIX s: <https://w3id.org/tanmai/example/studies/lead/>
DELETE DATA { s:casting-line tm:processKind kind:casting }
