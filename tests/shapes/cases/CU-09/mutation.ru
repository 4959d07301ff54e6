# study: copper
# in: knowledge
# a national standard is published, not yet in force
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX group: <https://w3id.org/tanmai/id/product-group/>
PREFIX level: <https://w3id.org/tanmai/id/standard-level/>
PREFIX status: <https://w3id.org/tanmai/id/legal-status/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
INSERT DATA {
  <https://example.org/national> a tm:Standard ;
    rdfs:label "National standard for cathode copper"@en, "阴极铜国家标准"@zh ;
    tm:standardLevel level:national ;
    tm:productGroup group:copper-cathode ;
    tm:legalStatus status:published ;
    tm:validFrom "2027-05-01"^^xsd:date .
}
