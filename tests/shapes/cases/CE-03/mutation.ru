# study: cement
# the biogenic part of the refuse fuel is left out
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/cement/>
DELETE DATA { s:kiln tm:emission s:kiln-out-refuse-biogenic }
