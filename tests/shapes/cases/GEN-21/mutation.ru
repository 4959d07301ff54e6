# study: general
# the assumption on use has no source
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE DATA { s:assumption-use dcterms:source s:care-sheet }
