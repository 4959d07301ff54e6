# study: bio-based-plastics
# twice as much carbon is said to be held as was taken up
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/bio-based-plastics/>
DELETE DATA { s:declared-biogenic-co2-uptake tm:co2e -2880.0 } ;
INSERT DATA { s:declared-biogenic-co2-uptake tm:co2e -1500.0 }
