# study: photovoltaic
# the glass works are not said to be some
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX kind: <https://w3id.org/tanmai/id/process-kind/>
PREFIX s: <https://w3id.org/tanmai/example/studies/photovoltaic/>
DELETE DATA { s:glass-making tm:processKind kind:solar-glass-production }
