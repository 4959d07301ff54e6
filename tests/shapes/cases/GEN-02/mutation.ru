# study: general
# the unit says how many stools, and not what for
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE DATA { s:study tm:functionalUnit s:unit } ;
INSERT DATA { s:study tm:declaredUnit s:unit }
