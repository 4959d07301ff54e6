# study: pact-record
# the total of another module was copied
PREFIX pact: <https://w3id.org/tanmai/pact#>
DELETE { ?pcf pact:pcfExcludingBiogenicUptake ?old } INSERT { ?pcf pact:pcfExcludingBiogenicUptake "435.7" }
WHERE { ?pcf pact:pcfExcludingBiogenicUptake ?old }
