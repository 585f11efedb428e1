-- regexp_extract, NULL without a match
SELECT regexp_extract(useragent, 'aws-cli/(\d+)', 1) AS major, count(*) FROM cloudtrail_logs GROUP BY 1
