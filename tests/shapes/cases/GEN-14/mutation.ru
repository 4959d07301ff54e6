# study: general
# the certificates were not retired
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX condition: <https://w3id.org/tanmai/id/supply-condition/>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE DATA { s:certificates tm:meetsCondition condition:tracked-and-retired }
