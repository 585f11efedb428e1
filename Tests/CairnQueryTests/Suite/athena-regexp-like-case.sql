-- regexp_like ignoring case
SELECT count(*) AS n FROM cloudtrail_logs WHERE regexp_like(useragent, '(?i)BOTO3/\d+\.\d+')
