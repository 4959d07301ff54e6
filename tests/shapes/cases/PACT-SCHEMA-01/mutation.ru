# study: pact-record
# the status is none of the two
PREFIX pact: <https://w3id.org/tanmai/pact#>
DELETE { ?record pact:status ?old } INSERT { ?record pact:status "Draft" } WHERE { ?record pact:status ?old }
