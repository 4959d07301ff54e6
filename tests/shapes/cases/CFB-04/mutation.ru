# study: eu-battery
# the battery comes from two plants
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX place: <https://w3id.org/tanmai/id/geography/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX s: <https://w3id.org/tanmai/example/studies/eu-battery/>
INSERT DATA {
    s:battery tm:producedAt s:site-2 .
    s:site-2 a tm:Site ;
        rdfs:label "Battery plant 2"@en, "电池二厂"@zh ;
        tm:geography place:CN ;
        tm:operatedBy s:company ;
        tm:energyMixSince "2023-01-01"^^xsd:date
}
