-- date_trunc to week and month
SELECT date_trunc('week', from_iso8601_timestamp(eventTime)) AS w, date_trunc('month', from_iso8601_timestamp(eventTime)) AS m, count(*) FROM events GROUP BY 1, 2
