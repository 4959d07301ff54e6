# study: eu-battery
# new materials after the period of the data
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX s: <https://w3id.org/tanmai/example/studies/eu-battery/>
DELETE { s:battery tm:billOfMaterialsSince ?day } INSERT { s:battery tm:billOfMaterialsSince "2025-02-01"^^xsd:date }
WHERE { s:battery tm:billOfMaterialsSince ?day }
