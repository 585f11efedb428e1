-- EXCEPT ALL
SELECT eventsource FROM events WHERE day = '04' EXCEPT ALL SELECT eventsource FROM events WHERE day = '05'
