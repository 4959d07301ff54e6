# study: general
# the result was found by eio-lca analysis
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
INSERT DATA { s:declared tm:assessmentMethod <https://w3id.org/tanmai/id/assessment-method/eio-lca> }
