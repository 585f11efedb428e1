-- account, region
SELECT account, region, count(*) FROM events WHERE region <> 'us-east-1' GROUP BY 1, 2
