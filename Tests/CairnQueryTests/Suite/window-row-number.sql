-- the newest event of each key
SELECT k, eventname, eventtime FROM (SELECT useridentity.accesskeyid AS k, eventname, eventtime, row_number() OVER (PARTITION BY useridentity.accesskeyid ORDER BY eventtime DESC, eventid) AS r FROM cloudtrail_logs) WHERE r = 1 AND k IS NOT NULL
