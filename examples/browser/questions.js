// The five questions of examples/src/lib.rs; check.mjs compares the two.

export const QUESTIONS = [
  {
    text: 'Which artists earn the most?',
    sql: `SELECT ar.name, sum(il.unit_price * il.quantity) AS revenue, count(*) AS lines
FROM artist ar JOIN album al ON al.artist_id = ar.artist_id
JOIN track t ON t.album_id = al.album_id
JOIN invoice_line il ON il.track_id = t.track_id
GROUP BY ar.name ORDER BY revenue DESC, ar.name LIMIT 5`,
  },
  {
    text: 'Which tracks have "love" in their name?',
    sql: `SELECT track_id, name FROM track WHERE name ILIKE '%love%' ORDER BY track_id LIMIT 5`,
  },
  {
    text: 'Who bought last, and how often have they bought?',
    sql: `SELECT c.last_name, c.first_name, max(i.invoice_date) AS last_invoice, count(i.invoice_id) AS invoices
FROM customer c LEFT JOIN invoice i ON i.customer_id = c.customer_id
GROUP BY c.customer_id, c.last_name, c.first_name
ORDER BY last_invoice DESC, c.last_name, c.first_name LIMIT 5`,
  },
  {
    text: 'In which genres are tracks longest?',
    sql: `SELECT g.name, count(*) AS tracks, round(avg(t.milliseconds) / 1000.0, 2) AS seconds
FROM genre g JOIN track t USING (genre_id)
GROUP BY g.name HAVING count(*) > 20 ORDER BY seconds DESC, g.name LIMIT 5`,
  },
  {
    text: 'How long are tracks, roughly?',
    sql: `SELECT CASE WHEN milliseconds < 180000 THEN 'short' WHEN milliseconds < 360000 THEN 'medium'
ELSE 'long' END AS class, count(*) AS tracks, coalesce(max(composer), '-') AS composer
FROM track GROUP BY 1 ORDER BY 1`,
  },
]

/** The tables, for their counts. */
export const TABLES = [
  'artist', 'album', 'track', 'genre', 'media_type', 'playlist', 'playlist_track', 'customer', 'employee', 'invoice', 'invoice_line',
]
