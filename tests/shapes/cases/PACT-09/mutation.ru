# study: pact-record
# the company has a bare name
PREFIX pact: <https://w3id.org/tanmai/pact#>
DELETE { ?record pact:companyIds ?old } INSERT { ?record pact:companyIds "tm-001" } WHERE { ?record pact:companyIds ?old }
