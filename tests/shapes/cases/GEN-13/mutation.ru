# study: general
# a carbon credit is an output of the workshop
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX unit: <http://qudt.org/vocab/unit/>
PREFIX data: <https://w3id.org/tanmai/id/data-kind/>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
INSERT DATA {
  s:assembly tm:output s:credit-out .
  s:credit-out a tm:Exchange ; tm:flow s:credit ; tm:amount 4 ; tm:unit unit:KiloGM ; tm:dataKind data:primary ; dcterms:source s:records .
  s:credit a tm:CarbonCredit .
}
