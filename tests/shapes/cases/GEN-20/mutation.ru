# study: general
# a fifth of the logs is gone
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE DATA { s:sawing-in-logs tm:amount 4.5 } ;
INSERT DATA { s:sawing-in-logs tm:amount 5.6 }
