# study: general
# the mass of the logs rests on a document that is not described
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE DATA { s:sawing-in-logs dcterms:source s:records } ;
INSERT DATA { s:sawing-in-logs dcterms:source s:lost-record }
