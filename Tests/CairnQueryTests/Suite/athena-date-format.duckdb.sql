-- date_format
SELECT strftime(CAST(eventtime AS TIMESTAMP), '%Y-%m-%d %H') AS hour, count(*) FROM events WHERE eventname = 'AssumeRole' GROUP BY 1
