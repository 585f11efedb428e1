SELECT DISTINCT regexp_replace(eventSource, '^([a-z0-9]+)\.amazonaws\.com$', 'svc-\1', 'g') AS s FROM events
