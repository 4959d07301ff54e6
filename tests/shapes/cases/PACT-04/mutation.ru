# study: pact-record
# packaging is said not to be included
PREFIX pact: <https://w3id.org/tanmai/pact#>
DELETE { ?pcf pact:packagingEmissionsIncluded true } INSERT { ?pcf pact:packagingEmissionsIncluded false }
WHERE { ?pcf pact:packagingEmissionsIncluded true }
