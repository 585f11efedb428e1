-- any_match
SELECT count(*) FROM events WHERE any_match(CAST(resources AS array(json)), r -> json_extract_scalar(r, '$.type') = 'AWS::KMS::Key')
