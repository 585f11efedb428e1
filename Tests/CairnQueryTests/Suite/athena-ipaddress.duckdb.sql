SELECT count(*) FROM events WHERE sourceIPAddress = '185.220.101.109'
