/**
 * One step of a bucket, in Redis and so in one piece. Its time is that of Redis, or the milliseconds it is given: then all who
 * ask have the same, whatever their own clocks say. A bucket is forgotten when it is full again.
 *
 * KEYS: the bucket. ARGV: what is taken (1) or given back (-1), tokens a second, burst, now in microseconds or ''.
 * Answers whether it was allowed, and the tokens left, as text: a number would lose what is behind its point.
 */
export const TOKEN_BUCKET = `
local amount, rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now
if ARGV[4] == '' then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000000 + tonumber(time[2])
else
  now = tonumber(ARGV[4])
end
local known = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(known[1] or burst), tonumber(known[2] or now)
-- The clock of a new master may be behind that of the one before it.
if now > at then tokens = tokens + (now - at) * rate / 1000000 else now = at end
tokens = math.min(burst, tokens)
local allowed = 0
if tokens >= amount then
  allowed = 1
  tokens = math.min(burst, tokens - amount)
end
if tokens >= burst then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'tokens', string.format('%.17g', tokens), 'at', string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) / rate * 1000) + 1000)
end
return { allowed, string.format('%.17g', tokens) }
`;
