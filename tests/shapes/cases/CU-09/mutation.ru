# study: copper
# knowledge: knowledge.ttl
# nothing in the study is changed: what is known of standards is
