# study: pact-record
# valid for four years
PREFIX pact: <https://w3id.org/tanmai/pact#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
DELETE { ?record pact:validityPeriodEnd ?old } INSERT { ?record pact:validityPeriodEnd "2029-01-01T00:00:00Z"^^xsd:dateTime }
WHERE { ?record pact:validityPeriodEnd ?old }
