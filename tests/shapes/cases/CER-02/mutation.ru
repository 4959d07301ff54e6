# study: ceramics
# the study claims the whole life cycle, with the later stages left out for a reason
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX boundary: <https://w3id.org/tanmai/id/boundary/>
PREFIX stage: <https://w3id.org/tanmai/id/stage/>
PREFIX s: <https://w3id.org/tanmai/example/studies/ceramics/>
DELETE { ?study tm:systemBoundary boundary:cradle-to-gate ; tm:declaredUnit ?unit }
INSERT {
  ?study tm:systemBoundary boundary:cradle-to-grave ;
    tm:functionalUnit ?unit ;
    tm:stageExclusion s:without-distribution, s:without-use, s:without-end-of-life .
  s:without-distribution a tm:StageExclusion ; tm:stage stage:distribution ; tm:reason "Customers collect."@en, "客户自提。"@zh .
  s:without-use a tm:StageExclusion ; tm:stage stage:use ; tm:reason "The use is not known."@en, "用途未知。"@zh .
  s:without-end-of-life a tm:StageExclusion ; tm:stage stage:end-of-life ; tm:reason "The use is not known."@en, "用途未知。"@zh .
}
WHERE { ?study tm:declaredUnit ?unit }
