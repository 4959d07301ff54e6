# study: pact-record
# a country beside the subdivision
PREFIX pact: <https://w3id.org/tanmai/pact#>
INSERT { ?pcf pact:geographyCountry "CN" } WHERE { ?record pact:pcf ?pcf }
