# study: general
# the factor of freight is of 2020
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE { s:factor-freight tm:referenceYear ?year }
INSERT { s:factor-freight tm:referenceYear "2020"^^xsd:gYear }
WHERE { s:factor-freight tm:referenceYear ?year }
