-- regexp_replace with $1
SELECT DISTINCT regexp_replace(eventsource, '^([a-z0-9]+)\.amazonaws\.com$', 'svc-$1') AS s FROM cloudtrail_logs
