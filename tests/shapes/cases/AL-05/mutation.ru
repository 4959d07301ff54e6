# study: aluminium
# the fluorides are left out in two parts of 0.6 %
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX unit: <http://qudt.org/vocab/unit/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX s: <https://w3id.org/tanmai/example/studies/aluminium/>
INSERT DATA {
  s:study tm:cutOff s:cut-off-fluoride-1, s:cut-off-fluoride-2 .
  s:cut-off-fluoride-1 a tm:CutOff ; rdfs:label "fluorides, potroom A"@en, "氟化盐（A 厂房）"@zh ; tm:share 0.006 ; tm:excludedExchange s:dropped-1 ; tm:reason "Below 1 %."@en .
  s:cut-off-fluoride-2 a tm:CutOff ; rdfs:label "fluorides, potroom B"@en, "氟化盐（B 厂房）"@zh ; tm:share 0.006 ; tm:excludedExchange s:dropped-2 ; tm:reason "Below 1 %."@en .
  s:dropped-1 a tm:Exchange ; tm:flow s:fluoride-salts ; tm:amount 10 ; tm:unit unit:KiloGM .
  s:dropped-2 a tm:Exchange ; tm:flow s:fluoride-salts ; tm:amount 10 ; tm:unit unit:KiloGM .
}
