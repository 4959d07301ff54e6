# study: livestock
# the methane of the manure is left out
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/livestock/>
DELETE DATA { s:manure-shed tm:emission s:manure-shed-out-ch4 }
