// A test of the walk: stands between it and the server at CONFIGCAT_BASE_URL, lets one operation at a time succeed without an
// effect, and expects the walk to notice. It takes those whose answer says no more than that they succeeded: deletions, and what
// answers without a body; with `--all`, every operation that writes, which takes three times as long.
//
// An operation without effect is one after which the state is what it was before, which the server's control can do.
import assert from 'node:assert/strict';
import http from 'node:http';

const base = process.env.CONFIGCAT_BASE_URL;
const { CONFIGCAT_API_USER: user, CONFIGCAT_API_PASS: pass } = process.env;
assert(base && user && pass, 'set CONFIGCAT_BASE_URL, CONFIGCAT_API_USER and CONFIGCAT_API_PASS');
const authorization = `Basic ${Buffer.from(`${user}:${pass}`).toString('base64')}`;

async function control(method, path, body) {
  const headers = { authorization, 'content-type': 'application/json' };
  const answer = await fetch(`${base}/_fake/${path}`, { method, headers, body });
  assert(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.text();
}

function operation(method, url) {
  const path = url.split('?')[0];
  return `${method} ${path.replace(/\/(\d+|[0-9a-f-]{36}|trello\/[^/]+|JIRA-\d+|[^/]+@[^/]+)(?=\/|$)/g, '/{id}')}`;
}

const all = process.argv.includes('--all');
// What no operation shows: a secret is told once, and who owns a change request already claims nothing.
const invisible = ['POST /v1/proxy-profiles/{id}/secret', 'POST /v2/change-requests/{id}/claim-ownership'];

// What the walk did so far, and what is to have no effect.
const seen = new Set();
let swallowed = null;
let count = 0;

async function forward(method, url, headers, body) {
  const kept = Object.entries(headers).filter(([name]) => !['host', 'connection', 'content-length', 'transfer-encoding'].includes(name));
  const answer = await fetch(base + url, { method, headers: Object.fromEntries(kept), body: body.length ? body : undefined });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
}

async function answer(method, url, headers, body) {
  const name = operation(method, url);
  if (method !== 'GET' && name === swallowed) {
    const before = await control('GET', 'state');
    const answered = await forward(method, url, headers, body);
    await control('PUT', 'state', before);
    count += 1;
    return answered;
  }
  const answered = await forward(method, url, headers, body);
  // A patch that answers 204 has changed nothing anyway.
  const effective = answered.status < 300 && (method === 'DELETE' || answered.status !== 204);
  if (method !== 'GET' && effective && (all || method === 'DELETE' || answered.text === '')) seen.add(name);
  return answered;
}

const proxy = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { status, type, text } = await answer(request.method, request.url, request.headers, Buffer.concat(chunks));
  response.writeHead(status, type ? { 'content-type': type } : {}).end(text);
});
await new Promise((listening) => proxy.listen(0, '127.0.0.1', listening));

// The walk is loaded only now, because it asks who is at CONFIGCAT_BASE_URL.
process.env.CONFIGCAT_BASE_URL = `http://127.0.0.1:${proxy.address().port}`;
const { walk } = await import('./walk.mjs');

// What the walk says is wrong, from the same start each time.
async function complaint() {
  await control('POST', 'reset');
  return walk().then(() => null, (error) => error);
}

assert.equal(await complaint(), null, 'nothing is swallowed yet');
const operations = [...seen].filter((name) => !invisible.includes(name)).sort();
assert(operations.length >= 20, `too few operations: ${operations.join(', ')}`);
const unnoticed = [];
for (const name of operations) {
  [swallowed, count] = [name, 0];
  const noticed = await complaint();
  assert(count > 0, `${name} was swallowed`);
  if (noticed === null) unnoticed.push(name);
}
assert.deepEqual(unnoticed, [], 'operations without an effect that the walk does not notice');
console.log(`${operations.length} operations without an effect, one at a time: the walk notices each`);
process.exit(0);
