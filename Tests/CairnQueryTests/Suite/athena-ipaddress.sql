-- IPADDRESS literal
SELECT count(*) FROM cloudtrail_logs WHERE sourceipaddress = IPADDRESS '185.220.101.109'
