# study: ammonium-phosphate
# the phosphogypsum is not listed
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/ammonium-phosphate/>
DELETE DATA { s:phosphoric-plant tm:output s:phosphoric-plant-out-gypsum }
