-- The rate limits of a fleet: what is left of each window, and who may send next. Redis' clock is the only one; all times
-- are milliseconds.
--
-- KEYS[1] holds what all scopes share, KEYS[2] the state of one. ARGV: the rules, what to do, and then
--   hello
--   ask       grain demand
--   back      epoch given sent
--   answered  epoch given outcome remaining kind reset rounded retry_after date quota period
-- where "" is what an answer does not tell, kind is "at" (a moment of the server's clock) or "in" (from now on), rounded is
-- what the reset may lack, outcome is "ok", "refused" or "broken", and quota and period are what a refusal names. grain says
-- how narrow the asker's scopes are; "" where they stay as they are.
--
-- `ask` gives {1, epoch, now}: one request may go, and has to be given back by `back` or `answered`; or {0, wait, certain}:
-- nothing before so long, or before an answer to somebody else comes where that is not certain; or {2, grain}: scopes are
-- narrower than the asker thinks.

-- Forgotten so long after the last call.
local TTL = 3600000
-- Where the one that goes first is not heard of again, the next one goes after this.
local PROBE = 2000
-- Resets that are no further apart are the same one.
local SAME_MOMENT, SAME_DELAY = 50, 1500
-- Two clocks: what is rounded on the way, how far they drift apart in each millisecond, and how well is well enough.
local MARGIN, DRIFT, FINE = 2, 1e-4, 20
-- So many windows are kept that no header tells of.
local WINDOWS = 3
-- To what servers round the waits that they ask for, and how much longer than a window they may be: dates are rounded twice.
local SECOND, ROUNDING = 1000, 2000
-- From a moment at which no refusal was, so much is looked at: the longest window that is known of.
local LONGEST = 60000
-- Requests are counted by such a part of a window's period.
local PARTS = 256

-- What the model keeps to as well: see `rules` in fleet.rs.
local rules, what = cjson.decode(ARGV[1]), ARGV[2]
local max_wait, transit = math.max(rules.max_wait, 1), rules.transit -- No period is 0, by which a time would be divided.
local guess_quota, guess_period = rules.guess[1], rules.guess[2]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000

-- grain: how narrow scopes are, since `narrowed`. confirmed: the windows that refusals have confirmed in any scope, {quota, period,
-- what headers tell there}.
local fleet = { grain = 0, narrowed = 0, confirmed = {} }
local fleet_stored = redis.call('GET', KEYS[1])
if fleet_stored then
  fleet = cjson.decode(fleet_stored)
end

local function forget_after()
  return math.max(TTL, math.ceil(2 * max_wait))
end

local function save_fleet()
  redis.call('SET', KEYS[1], cjson.encode(fleet), 'PX', forget_after())
end

-- `quota` requests in any time as long as `period`. log: {part, requests, those of them that are answered}, oldest first; a
-- request counts from when it was let go, and anew from its answer.
local function window(quota, period, confirmed)
  return {
    quota = quota, named = quota, period = period, confirmed = confirmed, step = 1, full = 0, probe_after = confirmed and rules.probe_after[1] or 0,
    since = 0, awaited = 0, tried = 0, log = {},
  }
end

local function count(w, moment, requests, answered)
  local part, place = math.floor(moment * PARTS / w.period), #w.log
  while place > 0 and w.log[place][1] > part do
    place = place - 1
  end
  local entry = w.log[place]
  if entry and entry[1] == part then
    entry[2], entry[3] = math.max(entry[2] + requests, 0), entry[3] + answered
  elseif requests > 0 then
    table.insert(w.log, place + 1, { part, requests, answered })
  end
end

-- When an entry of a log does not count any more.
local function expires(w, entry)
  return (entry[1] + 1) * w.period / PARTS + w.period
end

-- state: "unknown" (one goes first), "free" (the server says nothing of limits), "open" (`left` until `ends`), "closed"
-- (nothing goes before `ends`). `flight` are in flight in this epoch, of which `lost` may never come back, and `late` since the
-- one before. `accepted` were in this epoch, `proven` in those before. `windows` are those that no header tells of.
-- `trial` is a refusal of which it shows by the answers to those in flight whether it was a window's, and what was believed before it.
-- `stretch` has what was accepted since a moment at which one of them may have begun, from the epoch `stretch_from` on.
local s = {
  state = 'unknown', epoch = 0, flight = 0, lost = 0, late = 0, late_until = 0, given = 0, refusals = 0,
  accepted = 0, proven = 0, began = now, windows = { window(guess_quota, guess_period, false) },
}
s.windows[1].guess = true
if now >= fleet.narrowed and now < fleet.narrowed + guess_period then
  -- What went before scopes were narrowed may be of any of them.
  count(s.windows[1], fleet.narrowed, guess_quota, 0)
end
local stored = redis.call('GET', KEYS[2])
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
  redis.call('SET', KEYS[2], cjson.encode(s), 'PX', forget_after())
  redis.call('PEXPIRE', KEYS[1], forget_after())
end

-- Knowledge ends. Who is in flight may be counted yet.
local function start(state, ends)
  s.late = s.flight + (now < s.late_until and s.late or 0)
  s.late_until = s.given + transit
  s.state, s.ends, s.epoch, s.flight = state, ends, s.epoch + 1, 0
  s.probe, s.clock_sample, s.lost, s.began = nil, nil, 0, now
  s.accepted, s.proven = 0, math.max(s.accepted, math.floor(s.proven / 2))
end

local function near(a, b)
  return a < b * 1.5 and b < a * 1.5
end

local function set_period(w, period)
  for _, entry in ipairs(w.log) do
    entry[1] = math.ceil((entry[1] + 1) * w.period / period) - 1
  end
  w.period = period
end

-- How many requests count, and how many of them are answered.
local function used(w)
  while w.log[1] and expires(w, w.log[1]) <= now do
    table.remove(w.log, 1)
  end
  local requests, answered = 0, 0
  for _, entry in ipairs(w.log) do
    requests, answered = requests + entry[2], answered + entry[3]
  end
  return requests, answered
end

-- A window is full: perhaps it holds more. So many are in flight. Says whether it is believed in any longer.
local function try_more(w, in_flight)
  if w.confirmed then
    if w.last_full and now < w.last_full + w.period then
      return true -- One step in a period, because a window of the server may end in between.
    end
    w.full, w.last_full = w.full + 1, now
    if w.full <= w.probe_after then
      return true
    end
  end
  if not w.confirmed and w.quota > 2 * w.named or w.quota > 16 * math.max(w.named, 16) then
    return false
  end
  if w.step == 1 then
    w.tried = now
  end
  local step = w.guess and not w.confirmed and math.min(w.step, rules.guess_step) or w.step
  local more = w.quota + step
  w.step, w.since, w.awaited = step * 2, 0, in_flight + step
  if w.quota < w.named and more >= w.named then
    more, w.step, w.full, w.probe_after = w.named, 1, 0, rules.probe_after[1] -- Back at what it is said to hold.
  end
  w.quota = more
  return true
end

-- Until when a window that no header tells of is full; nil where none is.
local function full()
  local latest
  for i = #s.windows, 1, -1 do
    local w = s.windows[i]
    local requests, answered = used(w)
    -- The answers of a slow server do not come within one period. A guess that was too small is not held on to for that.
    local slow = w.guess and not w.confirmed and w.step > 1 and now >= w.tried + w.period and w.since >= w.awaited
    if (answered >= w.quota or slow and requests >= w.quota) and not try_more(w, requests - answered) then
      table.remove(s.windows, i)
      s.refuted = true
    elseif requests >= w.quota then
      local over = requests - w.quota
      for _, entry in ipairs(w.log) do
        over = over - entry[2]
        if over < 0 then
          latest = math.max(latest or 0, expires(w, entry))
          break
        end
      end
    end
  end
  return latest
end

local function add_window(w)
  if #s.windows >= WINDOWS then
    table.remove(s.windows, 1)
  end
  table.insert(s.windows, w)
end

-- Takes over what refusals have confirmed in scopes of which headers tell the same.
local function adopt_confirmed()
  for _, confirmed in ipairs(fleet.confirmed) do
    local quota, period, beside = confirmed[1], confirmed[2], confirmed[3]
    if s.quota and math.abs(beside - s.quota) <= 8 + beside / 8 then
      local known
      for _, w in ipairs(s.windows) do
        known = near(w.period, period) and w or known
      end
      if known and not known.confirmed then
        known.quota, known.named, known.confirmed = quota, quota, true
        known.step, known.full, known.probe_after = 1, 0, rules.probe_after[1]
      elseif not known and not s.refuted then
        add_window(window(quota, period, true))
      end
    end
  end
end

-- A window is why a request was refused; it names what it holds, or not.
local function refused(w, named)
  local requests, answers = used(w)
  local tried = w.step > 1
  local before = tried and w.quota - w.step / 2 or w.quota
  local fits = named and requests * 5 >= math.min(named, before) * 4
    or not named and math.abs(requests - before) <= 1 + before / 16
  w.named, w.epoch = named or w.named, nil
  if not fits then
    w.quota = math.max(requests, math.floor(before / 2), 1)
    w.probe_after = math.min(math.max(w.probe_after * 2, rules.probe_after_mismatch[1]), rules.probe_after_mismatch[2])
  elseif not w.confirmed then
    w.quota = named or math.max(answers, 1)
    w.named, w.probe_after = w.quota, rules.probe_after[1]
    w.epoch = not named and s.epoch or nil -- Those in flight are added if they are accepted.
  else
    w.quota = named and math.min(math.max(requests, 1), named) or before
    if w.quota < w.named then
      w.probe_after = math.min(math.max(w.probe_after * 2, rules.probe_after_mismatch[1]), rules.probe_after_mismatch[2]) -- Others take part.
    elseif tried then
      w.probe_after = math.min(math.max(w.probe_after * 4, rules.probe_after_mismatch[1]), rules.probe_after[2])
    end
  end
  w.confirmed, w.step, w.full, w.last_full = w.confirmed or fits, 1, 0, nil
  return fits
end

-- One of this epoch, sent at this moment, was accepted.
local function accept(epoch, given)
  if s.trial and s.trial.epoch == epoch then
    s.trial.accepted = s.trial.accepted + 1
  end
  for _, w in ipairs(s.windows) do
    w.since = w.since + 1
    if w.epoch == epoch then
      w.named = w.named + 1
      w.quota = math.max(w.named, w.quota)
    end
  end
  if epoch < (s.stretch_from or 0) then
    return
  end
  if not s.stretch or given > s.stretch.began + LONGEST then
    s.stretch = { began = given, accepted = 0 }
  end
  s.stretch.accepted = s.stretch.accepted + 1
end

-- Whether a window that is known explains a refusal.
local function explained()
  for _, w in ipairs(s.windows) do
    if used(w) * 5 >= w.quota * 4 then
      return true
    end
  end
  return false
end

-- A refusal that is not that of a window which headers tell. Without a window that it fits, and without words that name one,
-- it is believed once it comes again after about as many requests.
local function learn(named, period, pause)
  local fits, quota, length
  for _, w in ipairs(s.windows) do
    local is_full = used(w) * 5 >= w.quota * 4
    if period and near(w.period, period) or not period and is_full and pause < w.period + ROUNDING then
      set_period(w, period or w.period)
      fits, quota, length = refused(w, named), w.quota, w.period
      break
    end
  end
  if not length then
    -- Few windows are full just before they end; and a wait of a second tells nothing.
    local is_it = s.stretch and pause > SECOND and now - s.stretch.began <= 3 * pause
    local since = is_it and s.stretch or s
    quota, length = named or math.max(since.accepted, 1), math.min(period or now - since.began + pause, max_wait)
    if not named then
      s.stretch, s.stretch_from = nil, s.epoch + 1 -- Another one begins when the wait is over.
    end
    local again = s.suspect and math.abs(quota - s.suspect) <= math.max(quota, s.suspect) / 4
    s.suspect, fits = quota, named ~= nil
    if not named and not again then
      return
    end
    local w = window(quota, length, fits)
    count(w, now + pause - length, quota, 0) -- It is full, and over when the wait is.
    add_window(w)
  end
  if fits and s.quota then
    local kept = { { quota, length, s.quota } }
    for _, confirmed in ipairs(fleet.confirmed) do
      if not near(confirmed[2], length) and #kept < WINDOWS then
        table.insert(kept, confirmed)
      end
    end
    fleet.confirmed = kept
    save_fleet()
  end
end

-- When to send the next one of so many that sample the server's clock at equal distances around a tick of it.
local function next_sample(parts)
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
    if s.trial and s.trial.accepted >= rules.stray[1] + rules.stray[2] * s.trial.refused then
      s.windows = s.trial.before -- A window would have refused what came after it, too.
    elseif s.trial then
      s.accepted, s.proven = 0, 0
    end
    s.trial = nil
    start('unknown')
  end
  if s.state == 'closed' then
    return wait(s.ends, true)
  end
  adopt_confirmed()
  -- To full speed step by step, as far as it is not proven: where nothing is refused, twice as many go each time.
  local steps = s.state == 'open' or s.state == 'free' and s.epoch > 0
  if steps and s.flight - s.lost >= math.max(s.accepted + 1, s.proven) then
    if now < s.given + transit then
      return wait(s.given + transit)
    end
    s.lost = s.flight
  end
  local until_free = full()
  if until_free then
    save()
    return wait(until_free, s.flight == 0)
  end
  if s.state == 'unknown' then
    if s.probe and now < s.probe then
      return wait(s.probe)
    end
    s.probe = now + PROBE
  elseif s.state == 'open' then
    local capacity = s.left - s.flight - (now < s.late_until and s.late or 0)
    if capacity <= 0 then
      return wait(s.ends, s.left == 0)
    end
    if capacity <= rules.clock_samples and demand > capacity then
      s.clock_sample = s.clock_sample or next_sample(capacity)
      if s.clock_sample and s.clock_sample > now then
        save()
        return wait(s.clock_sample)
      end
      s.clock_sample = nil
    end
  end
  s.flight, s.given = s.flight + 1, now
  for _, w in ipairs(s.windows) do
    count(w, math.floor(now), 1, 0)
  end
  save()
  return { 1, s.epoch, math.floor(now) }
end

-- One is in flight no more. Says whether it went in this epoch.
local function remove(epoch)
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
  local moment = now + rules.without_reset
  if kind == 'in' then
    moment = now + reset + rounded
  elseif kind == 'at' then
    moment = reset + rounded - (s.low or -MARGIN)
    moment = moment + MARGIN + DRIFT * math.max(moment - now, 0)
  end
  return math.min(moment, now + max_wait)
end

local function answered(epoch, current, given, outcome, remaining, kind, reset, rounded, retry_after, date, named, period)
  if date then
    saw(date, given)
  end
  s.clock_sample = nil
  local id, same = kind == 'in' and now + reset or reset, kind == 'in' and SAME_DELAY or SAME_MOMENT
  local earlier = id and s.id and id < s.id - same
  local later = id and (not s.id or id > s.id + same)
  if id and not earlier and not later and s.state ~= 'open' and given >= over(kind, reset, rounded) and date then
    s.low, s.high = nil, nil -- It was thought to be over and is not: the clock is not what it seems.
    saw(date, given)
  end
  if outcome == 'refused' then
    if s.trial and s.trial.epoch == epoch then
      s.trial.refused = s.trial.refused + 1
    end
    if not current then
      -- Sent before the refusal that is known already, or in the period before: what it asks for holds all the same.
      local ends = now + math.min(retry_after or 0, max_wait)
      if s.state == 'closed' then
        s.ends = math.max(s.ends, ends)
      elseif retry_after then
        start('closed', ends)
      end
      return
    end
    s.refusals = s.refusals + 1
    local backoff = rules.first_wait * 2 ^ math.min(s.refusals - 1, 16)
    local told = retry_after
    if not told and id and (remaining or 0) == 0 then
      told = math.max(over(kind, reset, rounded) - now, 0)
    end
    local pause = told or backoff
    if s.refusals > 1 then
      pause = math.max(pause, backoff) -- Told, and it was not enough.
    end
    pause = math.min(pause, max_wait)
    -- One that headers tell of has nothing left, or the refusal names it.
    local left = remaining or (s.state == 'open' and s.left or 1)
    if (retry_after or named or explained()) and (named and named ~= s.quota or not named and left > 0 and s.accepted > 0) then
      s.trial = not named and { epoch = epoch, accepted = 0, refused = 0, before = cjson.decode(cjson.encode(s.windows)) } or nil
      learn(named, period and math.min(period, max_wait), pause)
    end
    start('closed', now + pause)
    s.id = later and id or s.id
    return
  end
  if current then
    s.refusals, s.accepted = 0, s.accepted + 1
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
    s.quota = later and remaining + 1 or math.max(s.quota or 0, remaining + 1)
    s.state, s.left, s.ends, s.probe = 'open', remaining, over(kind, reset, rounded), nil
    s.id, s.at = id or s.id, kind == 'at' and reset or nil
  end
end

-- One comes back: from now on, its answer is what counts, if there is one.
local function recount(given, is_answered)
  for _, w in ipairs(s.windows) do
    count(w, given, -1, 0)
    if is_answered then
      count(w, math.floor(now), 1, 1)
    end
  end
end

if what == 'ask' then
  local grain = tonumber(ARGV[3])
  if grain and grain < fleet.grain then
    return { 2, fleet.grain }
  elseif grain and grain > fleet.grain then
    fleet.grain, fleet.narrowed = grain, now
    save_fleet()
  end
  return ask(tonumber(ARGV[4]))
elseif what == 'back' then
  if ARGV[5] ~= '1' then
    recount(tonumber(ARGV[4]), false)
  end
  if remove(tonumber(ARGV[3])) then
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
  recount(number(4), ARGV[5] ~= 'refused')
  if ARGV[5] == 'ok' then
    accept(number(3), number(4))
  end
  answered(number(3), remove(number(3)), number(4), ARGV[5], number(6), kind, number(8), number(9), number(10), number(11), number(12), number(13))
end
save()
return {}
