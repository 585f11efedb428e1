SELECT count(*) FROM events WHERE len(list_filter(CAST(resources AS JSON[]), lambda r: r->>'$.type' = 'AWS::KMS::Key')) > 0
