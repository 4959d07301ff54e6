# study: aluminium
# the data are of the first half of the year, with a reason
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX s: <https://w3id.org/tanmai/example/studies/aluminium/>
DELETE { s:study tm:periodEnd ?end }
INSERT { s:study tm:periodEnd "2024-07-01"^^xsd:date ; tm:periodReason "The potline was rebuilt in July."@en, "7月起电解系列改造。"@zh }
WHERE { s:study tm:periodEnd ?end }
