# study: aluminium
# the report has no chapter on interpretation
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX chapter: <https://w3id.org/tanmai/id/report-chapter/>
PREFIX s: <https://w3id.org/tanmai/example/studies/aluminium/>
DELETE DATA { s:report tm:reportChapter chapter:interpretation }
