-- The rate limit of a fleet: what is left of the period, and who may send next. Redis' clock is the only one; all times
-- are milliseconds.
--
-- KEYS[1] holds the state. ARGV: the longest wait, what to do, and then
--   hello
--   ask       demand
--   back      epoch given sent
--   answered  epoch given outcome remaining kind reset rounded retry_after date
-- where "" is what an answer does not tell, kind is "at" (a moment of the server's clock) or "in" (from now on), rounded is
-- what the reset may lack, and outcome is "ok", "refused" or "broken".
--
-- `ask` gives {1, epoch, now}: one request may go, and has to be given back by `back` or `answered`; or {0, wait, certain}:
-- nothing before so long, or before an answer to somebody else comes where that is not certain.

-- Forgotten so long after the last call.
local TTL = 3600000
-- Where the one that goes first is not heard of again, the next one goes after this.
local PROBE = 2000
-- A request that was let go is in the server's count by then.
local TRANSIT = 2000
-- The first wait after a refusal that does not say how long; doubled for each one that follows.
local FIRST_WAIT = 500
-- How long a count is believed that comes without a reset.
local WITHOUT_RESET = 1000
-- Resets that are no further apart are the same one.
local SAME_MOMENT, SAME_DELAY = 50, 1500
-- Two clocks: what is rounded on the way, how far they drift apart in each millisecond, and how well is well enough.
local MARGIN, DRIFT, FINE = 2, 1e-4, 20
-- So many of a period are held back to look at the server's clock, where others wait for the next period anyway.
local LOOKS = 8

local max_wait, what = tonumber(ARGV[1]), ARGV[2]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000

-- state: "unknown" (one goes first), "free" (the server says nothing of limits), "open" (`left` until `ends`), "closed"
-- (nothing goes before `ends`). `flight` are under way in this epoch, `late` since the one before.
local s = { state = 'unknown', epoch = 0, flight = 0, late = 0, late_until = 0, given = 0, refusals = 0 }
local stored = redis.call('GET', KEYS[1])
if stored then
  local known = cjson.decode(stored)
  if known.seen <= now + 1000 then
    s = known
  else
    s.epoch = known.epoch + 2 -- The clock was set back: no time that is stored means anything.
  end
end

local function save()
  s.seen = now
  redis.call('SET', KEYS[1], cjson.encode(s), 'PX', math.max(TTL, math.ceil(2 * max_wait)))
end

-- Knowledge ends. Who is under way may be counted yet.
local function start(state, ends)
  s.late = s.flight + (now < s.late_until and s.late or 0)
  s.late_until = s.given + TRANSIT
  s.state, s.ends, s.epoch, s.flight = state, ends, s.epoch + 1, 0
  s.probe, s.look = nil, nil
end

-- When to send the next one of so many that look at the server's clock from equal distances around a tick of it.
local function look(parts)
  local unknown = s.low and s.high - s.low or 0
  if unknown < FINE or not s.at then
    return nil
  end
  local step = unknown / (parts + 1)
  local moment = math.ceil((now + s.high - step) / 1000) * 1000 - s.high + step
  return moment < s.at - s.high - math.min(unknown, 100) and moment or nil
end

local function wait(moment, certain)
  return { 0, math.max(math.ceil(moment - now), 1), certain and 1 or 0 }
end

local function ask(demand)
  if (s.state == 'closed' or s.state == 'open') and now >= s.ends then
    start('unknown')
  end
  if s.state == 'closed' then
    return wait(s.ends, true)
  elseif s.state == 'unknown' then
    if s.probe and now < s.probe then
      return wait(s.probe)
    end
    s.probe = now + PROBE
  elseif s.state == 'open' then
    local capacity = s.left - s.flight - (now < s.late_until and s.late or 0)
    if capacity <= 0 then
      return wait(s.ends, s.left == 0)
    end
    if capacity <= LOOKS and demand > capacity then
      s.look = s.look or look(capacity)
      if s.look and s.look > now then
        save()
        return wait(s.look)
      end
      s.look = nil
    end
  end
  s.flight, s.given = s.flight + 1, now
  save()
  return { 1, s.epoch, math.floor(now) }
end

-- One is under way no more. Says whether it went in this epoch.
local function land(epoch)
  if epoch == s.epoch then
    s.flight = math.max(s.flight - 1, 0)
  elseif epoch == s.epoch - 1 then
    s.late = math.max(s.late - 1, 0)
  end
  return epoch == s.epoch
end

-- The server may have counted one of which no answer tells.
local function unseen()
  if s.state == 'open' then
    s.left = math.max(s.left - 1, 0)
  elseif s.state == 'unknown' then
    s.probe = nil
  end
end

-- A `Date`, to the second, that was written between these moments: narrows how far the server's clock is ahead of ours.
local function saw(date, given)
  local low, high = date - now, date + 1000 - given
  local drift = s.low and DRIFT * (now - s.told) or 0
  if s.low and low <= s.high + drift and s.low - drift <= high then
    s.low, s.high = math.max(low, s.low - drift), math.min(high, s.high + drift)
  else
    s.low, s.high = low, high -- The first one; or one of the clocks was set.
  end
  s.told = now
end

-- When a period is over for certain.
local function over(kind, reset, rounded)
  local moment = now + WITHOUT_RESET
  if kind == 'in' then
    moment = now + reset + rounded
  elseif kind == 'at' then
    moment = reset + rounded - (s.low or -MARGIN)
    moment = moment + MARGIN + DRIFT * math.max(moment - now, 0)
  end
  return math.min(moment, now + max_wait)
end

local function answered(current, given, outcome, remaining, kind, reset, rounded, retry_after, date)
  if date then
    saw(date, given)
  end
  s.look = nil
  local id, same = kind == 'in' and now + reset or reset, kind == 'in' and SAME_DELAY or SAME_MOMENT
  local earlier = id and s.id and id < s.id - same
  local later = id and (not s.id or id > s.id + same)
  if id and not earlier and not later and s.state ~= 'open' and given >= over(kind, reset, rounded) and date then
    s.low, s.high = nil, nil -- It was thought to be over and is not: the clock is not what it seems.
    saw(date, given)
  end
  if outcome == 'refused' then
    if not current then
      return -- Sent before the refusal that is known already.
    end
    s.refusals = s.refusals + 1
    local backoff = FIRST_WAIT * 2 ^ math.min(s.refusals - 1, 16)
    local told = retry_after
    if not told and id and (remaining or 0) == 0 then
      told = math.max(over(kind, reset, rounded) - now, 0)
    end
    local pause = told or backoff
    if s.refusals > 1 then
      pause = math.max(pause, backoff) -- Told, and it was not enough.
    end
    start('closed', now + math.min(pause, max_wait))
    s.id = later and id or s.id
    return
  end
  if current then
    s.refusals = 0
  end
  if not remaining then
    if current and s.state == 'unknown' and outcome == 'ok' then
      s.state = 'free'
    else
      unseen()
    end
  elseif s.state == 'closed' or earlier then
    return
  elseif s.state == 'open' and not later then
    s.left, s.ends = math.min(s.left, remaining), math.min(s.ends, over(kind, reset, rounded))
  elseif later or current then
    if s.state == 'open' then
      start('open')
    end
    s.state, s.left, s.ends, s.probe = 'open', remaining, over(kind, reset, rounded), nil
    s.id, s.at = id or s.id, kind == 'at' and reset or nil
  end
end

if what == 'ask' then
  return ask(tonumber(ARGV[3]))
elseif what == 'back' then
  if land(tonumber(ARGV[3])) then
    if ARGV[5] == '1' then
      unseen()
    else
      s.probe = nil
    end
  end
elseif what == 'answered' then
  local function number(i)
    return tonumber(ARGV[i]) -- nil where it is empty
  end
  local kind = ARGV[7] ~= '' and ARGV[7] or nil
  answered(land(number(3)), number(4), ARGV[5], number(6), kind, number(8), number(9), number(10), number(11))
end
save()
return {}
