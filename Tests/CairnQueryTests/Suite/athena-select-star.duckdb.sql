-- SELECT * of one service
SELECT * FROM star WHERE eventsource = 'athena.amazonaws.com'
