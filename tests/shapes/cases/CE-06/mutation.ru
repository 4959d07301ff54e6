# study: cement
# the benchmark of white cement
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/cement/>
DELETE DATA { s:study tm:cbamBenchmark <https://w3id.org/tanmai/id/cbam-benchmark/25232900> } ;
INSERT DATA { s:study tm:cbamBenchmark <https://w3id.org/tanmai/id/cbam-benchmark/25232100> }
