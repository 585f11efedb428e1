-- regexp_like ignoring case
SELECT count(*) AS n FROM events WHERE regexp_matches(useragent, '(?i)BOTO3/\d+\.\d+')
