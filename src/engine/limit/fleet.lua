-- Keeps what a fleet knows of rate limits. Whoever stores it has to have loaded the newest version.
--
-- KEYS[1] is what all scopes share, the others are scopes. ARGV[1] says what to do:
--   hello   shows that the script may write
--   load    gives Redis' time in seconds and microseconds, the version, when it was stored (seconds), and the values of the keys
--   store   ARGV: the version that was loaded, the milliseconds until all is forgotten, and the values of the keys; says whether it is
--           the newest one still
local time, version = redis.call('TIME'), redis.call('HGET', KEYS[1], 'version') or '0'
if ARGV[1] == 'hello' then
  redis.call('HINCRBY', KEYS[1], 'hello', 1)
  if redis.call('PTTL', KEYS[1]) < 0 then
    redis.call('PEXPIRE', KEYS[1], 3600000)
  end
elseif ARGV[1] == 'load' then
  local scopes = {}
  for i = 2, #KEYS do
    scopes[i - 1] = redis.call('GET', KEYS[i])
  end
  local stored = redis.call('HMGET', KEYS[1], 'stored', 'value')
  return { time[1], time[2], version, stored[1], stored[2], scopes }
elseif ARGV[2] ~= version then
  return 0
else
  redis.call('HSET', KEYS[1], 'version', version + 1, 'stored', time[1], 'value', ARGV[4])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  for i = 2, #KEYS do
    redis.call('SET', KEYS[i], ARGV[i + 3], 'PX', ARGV[3])
  end
  return 1
end
