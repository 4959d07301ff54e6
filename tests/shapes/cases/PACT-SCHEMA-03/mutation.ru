# study: pact-record
# a source of factors without its version
PREFIX pact: <https://w3id.org/tanmai/pact#>
DELETE { ?source pact:version ?version } WHERE { ?source pact:version ?version }
