# study: wood
# more carbon is said to be held than was taken up
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/wood/>
DELETE DATA { s:declared-biogenic-co2-uptake tm:co2e -1428.0 } ;
INSERT DATA { s:declared-biogenic-co2-uptake tm:co2e -142.8 }
