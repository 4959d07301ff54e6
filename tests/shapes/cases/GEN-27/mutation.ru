# study: general
# data, factors, certificates and calibrations are those of a year that ended in September 2023
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX factor: <https://w3id.org/tanmai/id/electricity-factor/>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE { ?node ?property ?value }
INSERT { ?node ?property ?moved }
WHERE {
  ?node ?property ?value .
  FILTER(?property IN (tm:referenceYear, tm:calibratedOn, tm:validUntil))
  BIND(STRDT(CONCAT(STR(xsd:integer(SUBSTR(STR(?value), 1, 4)) - 1), SUBSTR(STR(?value), 5)), DATATYPE(?value)) AS ?moved)
} ;
DELETE { ?node tm:periodStart ?start ; tm:periodEnd ?end }
INSERT { ?node tm:periodStart "2022-10-01"^^xsd:date ; tm:periodEnd "2023-10-01"^^xsd:date }
WHERE { ?node tm:periodStart ?start ; tm:periodEnd ?end } ;
DELETE { ?exchange tm:defaultProvider factor:footprint-CN-grid-average-2024 }
INSERT { ?exchange tm:defaultProvider factor:footprint-CN-grid-average-2023 }
WHERE { ?exchange tm:defaultProvider factor:footprint-CN-grid-average-2024 } ;
DELETE { ?exchange tm:defaultProvider factor:footprint-CN-wind-2024 }
INSERT { ?exchange tm:defaultProvider factor:footprint-CN-wind-2023 }
WHERE { ?exchange tm:defaultProvider factor:footprint-CN-wind-2024 }
