SELECT eventID FROM events WHERE len(list_filter(CAST(resources AS JSON[]), lambda r: r->>'$.type' = 'AWS::IAM::Role')) > 0
