# study: textiles
# the share of recycled fibres is missing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/textiles/>
DELETE DATA { s:shirt tm:recycledContent 0 }
