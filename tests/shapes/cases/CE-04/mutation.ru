# study: cement
# the burden rule of slag is not named
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX burden: <https://w3id.org/tanmai/id/burden-rule/>
PREFIX s: <https://w3id.org/tanmai/example/studies/cement/>
DELETE DATA { s:mill-in-slag tm:burdenRule burden:burden-free }
