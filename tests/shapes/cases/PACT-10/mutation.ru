# study: pact-record
# the databases are left out
PREFIX pact: <https://w3id.org/tanmai/pact#>
DELETE { ?pcf pact:secondaryEmissionFactorSources ?source . ?source ?property ?value }
WHERE { ?pcf pact:secondaryEmissionFactorSources ?source . ?source ?property ?value }
