-- regexp_like
SELECT eventname, count(*) FROM events WHERE regexp_matches(eventname, '^(Create|Delete)[A-Z]\w+Stream$|Object$') GROUP BY eventname
