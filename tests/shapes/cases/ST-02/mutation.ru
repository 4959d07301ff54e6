# study: steel-bf-bof
# the grade class is missing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX grade: <https://w3id.org/tanmai/id/steel-grade/>
PREFIX s: <https://w3id.org/tanmai/example/studies/steel-bf-bof/>
DELETE DATA { s:coil tm:steelGrade grade:carbon }
