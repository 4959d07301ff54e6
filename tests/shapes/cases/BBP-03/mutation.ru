# study: bio-based-plastics
# the biogenic carbon content is counted per piece
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX unit: <http://qudt.org/vocab/unit/>
PREFIX s: <https://w3id.org/tanmai/example/studies/bio-based-plastics/>
DELETE DATA { s:polymer-carbon tm:perUnit unit:KiloGM } ;
INSERT DATA { s:polymer-carbon tm:perUnit unit:NUM }
