# study: wood
# also: GEN-12
# uptake and release are taken off the footprint and off its first stage, so that the stages still sum to it
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/wood/>
DELETE {
  s:declared tm:co2e ?total .
  s:declared-raw tm:co2e ?raw
}
INSERT {
  s:declared tm:co2e ?netted .
  s:declared-raw tm:co2e ?less
}
WHERE {
  s:declared tm:co2e ?total .
  s:declared-raw tm:co2e ?raw .
  BIND(?total - 825.0 AS ?netted)
  BIND(?raw - 825.0 AS ?less)
}
