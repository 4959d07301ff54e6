# study: textiles
# the spinning of yarn is not in the inventory
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX kind: <https://w3id.org/tanmai/id/process-kind/>
PREFIX s: <https://w3id.org/tanmai/example/studies/textiles/>
DELETE DATA { s:spinning-mill tm:processKind kind:yarn-spinning }
