# study: pact-record
# the module has no mass
PREFIX pact: <https://w3id.org/tanmai/pact#>
DELETE { ?pcf pact:productMassPerDeclaredUnit ?old } INSERT { ?pcf pact:productMassPerDeclaredUnit "0" }
WHERE { ?pcf pact:productMassPerDeclaredUnit ?old }
