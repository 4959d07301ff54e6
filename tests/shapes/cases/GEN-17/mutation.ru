# study: general
# the period begins in March
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE DATA { s:study tm:periodStart "2024-01-01"^^xsd:date } ;
INSERT DATA { s:study tm:periodStart "2024-03-01"^^xsd:date }
