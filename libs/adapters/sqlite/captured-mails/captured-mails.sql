-- name: ofCall
SELECT number - position AS first FROM captured_mails WHERE call_key = :key LIMIT 1

-- name: last
SELECT max(number) AS number FROM captured_mails

-- name: insert
INSERT INTO captured_mails
  (number, call_key, position, at, delivery_id, sender, recipient, reply_to, subject, headers, html, text)
VALUES
  (:number, :key, :position, :at, :deliveryId, :sender, :recipient, :replyTo, :subject, :headers, :html, :text)

-- name: trim
DELETE FROM captured_mails WHERE number <= :upTo

-- name: page
SELECT number, at, delivery_id, sender, recipient, subject FROM captured_mails
WHERE number < :before ORDER BY number DESC LIMIT :limit

-- name: find
SELECT number, at, delivery_id, sender, recipient, reply_to, subject, headers, html, text FROM captured_mails
WHERE number = :number
