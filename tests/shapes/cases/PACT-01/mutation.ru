# study: pact-record
# the fossil carbon content is a JSON number
PREFIX pact: <https://w3id.org/tanmai/pact#>
DELETE { ?pcf pact:fossilCarbonContent ?old } INSERT { ?pcf pact:fossilCarbonContent 1.2e0 }
WHERE { ?pcf pact:fossilCarbonContent ?old }
