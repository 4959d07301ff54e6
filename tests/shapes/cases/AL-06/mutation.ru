# study: aluminium
# the year starts in April
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX s: <https://w3id.org/tanmai/example/studies/aluminium/>
DELETE { s:study tm:periodStart ?start ; tm:periodEnd ?end }
INSERT { s:study tm:periodStart "2024-04-01"^^xsd:date ; tm:periodEnd "2025-04-01"^^xsd:date }
WHERE { s:study tm:periodStart ?start ; tm:periodEnd ?end }
