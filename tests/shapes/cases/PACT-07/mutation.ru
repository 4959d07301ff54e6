# study: pact-record
# a rating of nought
PREFIX pact: <https://w3id.org/tanmai/pact#>
DELETE { ?ratings pact:temporalDQR ?old } INSERT { ?ratings pact:temporalDQR "0" }
WHERE { ?ratings pact:temporalDQR ?old }
