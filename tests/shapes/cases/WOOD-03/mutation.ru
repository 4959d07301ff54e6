# study: wood
# the biogenic carbon content is counted per piece
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX unit: <http://qudt.org/vocab/unit/>
PREFIX s: <https://w3id.org/tanmai/example/studies/wood/>
DELETE DATA { s:board-carbon tm:perUnit unit:M3 } ;
INSERT DATA { s:board-carbon tm:perUnit unit:NUM }
