# study: general
# the stool is compared with a result that nobody can look up
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
INSERT DATA {
  s:advertisement a tm:ComparisonStatement ; tm:compares s:declared, s:their-result .
}
