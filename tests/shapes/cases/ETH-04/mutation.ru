# study: ethylene
# ethylene is said to leave the separation alone
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/ethylene/>
DELETE {
  s:separation tm:output ?output ;
    tm:allocationMethod ?method
}
INSERT { s:separation tm:balanceExplanation "Nothing else is sold."@en, "无其他产品外售。"@zh }
WHERE {
  s:separation tm:output ?output ;
    tm:allocationMethod ?method .
  FILTER(?output != s:separation-product)
}
