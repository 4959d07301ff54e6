# study: pact-record
# the emissions of packaging have the wrong sign
PREFIX pact: <https://w3id.org/tanmai/pact#>
DELETE { ?pcf pact:packagingGhgEmissions ?old } INSERT { ?pcf pact:packagingGhgEmissions "-2.1" }
WHERE { ?pcf pact:packagingGhgEmissions ?old }
