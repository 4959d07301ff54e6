# study: mobile-phone
# also: GEN-24
# a second rule for phones is claimed, one that has no shapes
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX s: <https://w3id.org/tanmai/example/studies/mobile-phone/>
INSERT DATA { s:study dcterms:conformsTo <https://w3id.org/tanmai/id/standard/YD-T-3048.1.1-2016> }
