# study: livestock
# the study claims gate to gate, and books all of it to manufacturing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX stage: <https://w3id.org/tanmai/id/stage/>
PREFIX boundary: <https://w3id.org/tanmai/id/boundary/>
PREFIX s: <https://w3id.org/tanmai/example/studies/livestock/>
DELETE DATA { s:study tm:systemBoundary boundary:cradle-to-gate } ;
INSERT DATA { s:study tm:systemBoundary boundary:gate-to-gate } ;
DELETE { ?node tm:stage stage:raw-material-acquisition }
INSERT { ?node tm:stage stage:manufacturing }
WHERE { ?node tm:stage stage:raw-material-acquisition } ;
DELETE {
  s:declared tm:contribution s:declared-raw .
  s:declared-raw ?property ?object .
  s:declared-manufacturing tm:co2e ?part
}
INSERT { s:declared-manufacturing tm:co2e ?total }
WHERE {
  s:declared tm:co2e ?total .
  s:declared-manufacturing tm:co2e ?part .
  s:declared-raw ?property ?object
}
