# study: aluminium
# the national rule for aluminium is not claimed
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX s: <https://w3id.org/tanmai/example/studies/aluminium/>
DELETE DATA { s:study dcterms:conformsTo <https://w3id.org/tanmai/id/standard/GB-T-44905-2024> }
