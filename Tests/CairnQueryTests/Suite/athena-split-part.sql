-- split_part
SELECT split_part(useridentity.arn, ':', 6) AS tail, split_part(eventsource, '.', 1) AS service, count(*) FROM cloudtrail_logs WHERE useridentity.type = 'IAMUser' GROUP BY 1, 2
