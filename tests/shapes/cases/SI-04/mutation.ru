# study: industrial-silicon
# the silica fume is not said to be it
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX group: <https://w3id.org/tanmai/id/product-group/>
PREFIX s: <https://w3id.org/tanmai/example/studies/industrial-silicon/>
DELETE DATA { s:fume tm:productGroup group:silica-fume }
