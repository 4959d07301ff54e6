# study: label
# the credits are subtracted from the footprint
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX l: <https://w3id.org/tanmai/example/studies/label/>
DELETE { l:claim tm:shownFootprint ?shown }
INSERT { l:claim tm:shownFootprint 0 }
WHERE { l:claim tm:shownFootprint ?shown }
