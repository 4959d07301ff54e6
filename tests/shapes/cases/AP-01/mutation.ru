# study: ammonium-phosphate
# the content of phosphate is not given
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/ammonium-phosphate/>
DELETE DATA { s:fertiliser tm:hasProperty s:fertiliser-phosphate }
