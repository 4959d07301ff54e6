# study: pact-record
# the subdivision is written in words
PREFIX pact: <https://w3id.org/tanmai/pact#>
DELETE { ?pcf pact:geographyCountrySubdivision ?old } INSERT { ?pcf pact:geographyCountrySubdivision "Guangdong" }
WHERE { ?pcf pact:geographyCountrySubdivision ?old }
