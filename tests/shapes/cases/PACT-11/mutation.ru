# study: pact-record
# the share of primary data is left out
PREFIX pact: <https://w3id.org/tanmai/pact#>
DELETE { ?pcf pact:primaryDataShare ?share } WHERE { ?pcf pact:primaryDataShare ?share }
