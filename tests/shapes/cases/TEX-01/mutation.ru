# study: textiles
# no size
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/textiles/>
DELETE DATA { s:shirt tm:sizeDesignation "120/60" }
