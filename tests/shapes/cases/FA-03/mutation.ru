# study: ferroalloy
# the mine is not said to be it
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX kind: <https://w3id.org/tanmai/id/process-kind/>
PREFIX s: <https://w3id.org/tanmai/example/studies/ferroalloy/>
DELETE DATA { s:mining tm:processKind kind:ore-mining }
