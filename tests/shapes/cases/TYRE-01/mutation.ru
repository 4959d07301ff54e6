# study: tyres
# no size
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/tyres/>
DELETE DATA { s:tyre tm:sizeDesignation "205/55 R16" }
