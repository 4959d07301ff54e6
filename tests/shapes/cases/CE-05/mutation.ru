# study: cement
# the cement is credited with what concrete takes up later, and the result shows the removal
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX flow: <https://w3id.org/tanmai/id/elementary-flow/>
PREFIX category: <https://w3id.org/tanmai/id/emission-category/>
PREFIX stage: <https://w3id.org/tanmai/id/stage/>
PREFIX data: <https://w3id.org/tanmai/id/data-kind/>
PREFIX origin: <https://w3id.org/tanmai/id/emission-origin/>
PREFIX unit: <http://qudt.org/vocab/unit/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX s: <https://w3id.org/tanmai/example/studies/cement/>
INSERT DATA {
  s:kiln tm:emission s:recarbonation .
  s:recarbonation a tm:Exchange ;
    tm:flow flow:CO2-technological-removal ;
    tm:emissionOrigin origin:recarbonation ;
    tm:amount -60 ;
    tm:unit unit:KiloGM ;
    tm:stage stage:manufacturing ;
    tm:dataKind data:primary ;
    dcterms:source s:records .
  s:declared tm:contribution s:declared-removal .
  s:declared-removal a tm:Contribution ;
    tm:emissionCategory category:technological-removal ;
    tm:co2e 0
}
