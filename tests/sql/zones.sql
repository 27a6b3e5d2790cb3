-- Time zones by name: input, output, arithmetic across changes of the clocks.

> SET timezone = 'europe/berlin'
OK 0

> SHOW timezone
TimeZone
Europe/Berlin

> SELECT '2024-01-01 12:00'::timestamptz AS winter, '2024-07-01 12:00'::timestamptz AS summer
winter|summer
2024-01-01 12:00:00+01|2024-07-01 12:00:00+02

> SELECT '2024-03-31 02:30'::timestamptz AS skipped, '2024-10-27 02:30'::timestamptz AS twice
skipped|twice
2024-03-31 03:30:00+02|2024-10-27 02:30:00+01

> SELECT '2024-07-01 12:00 America/New_York'::timestamptz AS t, '2024-07-01 12:00 EST'::timestamptz AS e
t|e
2024-07-01 18:00:00+02|2024-07-01 19:00:00+02

> SELECT '2024-07-01 12:00+00'::timestamptz::text AS t, '2024-07-01 23:30+00'::timestamptz::date AS d, '2024-07-01 12:00+00'::timestamptz::time AS h
t|d|h
2024-07-01 14:00:00+02|2024-07-02|14:00:00

> SELECT '2024-07-01'::date::timestamptz AS d, '2024-07-01 12:00'::timestamp::timestamptz AS t
d|t
2024-07-01 00:00:00+02|2024-07-01 12:00:00+02

> SELECT '2024-07-01 12:00+00'::timestamptz AT TIME ZONE 'Asia/Tokyo' AS t, '2024-07-01 12:00'::timestamp AT TIME ZONE 'America/Denver' AS u
t|u
2024-07-01 21:00:00|2024-07-01 20:00:00+02

> SELECT '2024-07-01 12:00+00'::timestamptz AT TIME ZONE INTERVAL '-2 hours' AS t
t
2024-07-01 10:00:00

> SELECT '2024-03-30 12:00'::timestamptz + INTERVAL '1 day' AS d, '2024-03-30 12:00'::timestamptz + INTERVAL '24 hours' AS h
d|h
2024-03-31 12:00:00+02|2024-03-31 13:00:00+02

> SELECT date_trunc('day', '2024-07-01 23:30+00'::timestamptz) AS d, date_trunc('hour', '2024-07-01 23:30+00'::timestamptz) AS h, date_trunc('month', '2024-03-31 23:30+00'::timestamptz, 'Australia/Sydney') AS m
d|h|m
2024-07-02 00:00:00+02|2024-07-02 01:00:00+02|2024-03-31 15:00:00+02

> SELECT extract(hour FROM '2024-07-01 12:00+00'::timestamptz) AS h, extract(timezone FROM '2024-07-01 12:00+00'::timestamptz) AS z, extract(epoch FROM '2024-07-01 12:00+00'::timestamptz) AS e
h|z|e
14|7200|1719835200.000000

> SELECT to_char('2024-07-01 12:00+00'::timestamptz, 'YYYY-MM-DD HH24:MI TZ OF') AS t
t
2024-07-01 14:00 CEST +02

> SELECT make_timestamptz(2024, 7, 1, 12, 0, 0) AS here, make_timestamptz(2024, 7, 1, 12, 0, 0, 'America/New_York') AS there
here|there
2024-07-01 12:00:00+02|2024-07-01 18:00:00+02

> SELECT '2100-07-01 12:00'::timestamptz AS future, '1900-01-01 00:00'::timestamptz AS past
future|past
2100-07-01 12:00:00+02|1900-01-01 00:00:00+01

> SELECT age('2024-07-01 00:00'::timestamptz, '2024-01-01 00:00'::timestamptz) AS a
a
6 mons

> SELECT '2024-07-01 12:00 Mars/Olympus'::timestamptz
ERROR 22023: time zone "mars/olympus" not recognized

> SELECT now() AT TIME ZONE 'Mars/Olympus'
ERROR 22023: time zone "Mars/Olympus" not recognized

> SET timezone = 'Mars/Olympus'
ERROR 22023: invalid value for parameter "TimeZone": "Mars/Olympus"

> SELECT 'now'::timestamptz = now() AS same, 'today'::date = current_date AS today
same|today
t|t

> BEGIN
OK 0

> SET LOCAL timezone = 'Asia/Kolkata'
OK 0

> SELECT '2024-07-01 12:00+00'::timestamptz AS t
t
2024-07-01 17:30:00+05:30

> ROLLBACK
OK 0

> SELECT '2024-07-01 12:00+00'::timestamptz AS t
t
2024-07-01 14:00:00+02

> SET TIME ZONE -7
OK 0

> SHOW timezone
TimeZone
<-07>+07

> SELECT '2024-07-01 12:00+00'::timestamptz AS t
t
2024-07-01 05:00:00-07

> RESET timezone
OK 0

