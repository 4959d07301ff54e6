# study: eu-battery
# the electricity of the cells takes a factor of the grid of Guangdong
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX unit: <http://qudt.org/vocab/unit/>
PREFIX s: <https://w3id.org/tanmai/example/studies/eu-battery/>
DELETE DATA { s:cell-making-in-electricity tm:defaultProvider <https://w3id.org/tanmai/id/electricity-factor/footprint-CN-grid-average-2024> } ;
INSERT DATA {
  s:cell-making-in-electricity tm:defaultProvider s:factor-guangdong .
  s:factor-guangdong a tm:ElectricityFootprintFactor ; rdfs:label "grid of Guangdong, illustrative"@en, "广东电网（示意值）"@zh ;
    tm:generationType <https://w3id.org/tanmai/id/generation/grid_average> ; tm:geography <https://w3id.org/tanmai/id/geography/CN-GD> ;
    tm:referenceYear "2024"^^xsd:gYear ; tm:co2e 0.45 ; tm:perUnit unit:KiloW-HR ;
    tm:gwpSet <https://w3id.org/tanmai/id/gwp-set/unknown> ; dcterms:publisher s:company ; tm:illustrative true .
}
