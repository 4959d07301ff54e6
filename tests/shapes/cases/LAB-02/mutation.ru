# study: label
# the certificate is made out for three years
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX l: <https://w3id.org/tanmai/example/studies/label/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
DELETE { l:label-certificate tm:validUntil ?until }
INSERT { l:label-certificate tm:validUntil "2028-06-30"^^xsd:date }
WHERE { l:label-certificate tm:validUntil ?until }
