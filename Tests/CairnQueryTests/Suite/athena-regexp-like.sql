-- regexp_like
SELECT eventname, count(*) FROM cloudtrail_logs WHERE regexp_like(eventname, '^(Create|Delete)[A-Z]\w+Stream$|Object$') GROUP BY eventname
