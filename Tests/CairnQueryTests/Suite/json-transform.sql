-- transform and array_join
SELECT eventID, array_join(transform(CAST(resources AS array(json)), r -> json_extract_scalar(r, '$.ARN')), ';') AS arns FROM events WHERE eventSource = 'kms.amazonaws.com' AND resources IS NOT NULL
