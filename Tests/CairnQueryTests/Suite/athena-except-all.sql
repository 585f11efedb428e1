-- EXCEPT ALL
SELECT eventsource FROM cloudtrail_logs WHERE day = '04' EXCEPT ALL SELECT eventsource FROM cloudtrail_logs WHERE day = '05'
