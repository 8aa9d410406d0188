// Evaluates settings with ConfigCat's own SDK: reads `{ base, asked: [{ sdkKey, key, user }] }` from standard input and
// writes what the SDK says, in the same order, as JSON to standard output. `{ "$date": "…" }` in a user becomes a Date.
// Exits with 1 where a config cannot be downloaded.
import * as configcat from '@configcat/sdk/node';
import { text } from 'node:stream/consumers';

const { base, asked } = JSON.parse(await text(process.stdin), (_, value) => value?.$date ? new Date(value.$date) : value);
const logger = configcat.createConsoleLogger(configcat.LogLevel.Off);
const clients = new Map();
for (const { sdkKey } of asked) {
  if (clients.has(sdkKey)) continue;
  const client = configcat.getClient(sdkKey, configcat.PollingMode.ManualPoll, { baseUrl: base, logger });
  const { isSuccess, errorMessage } = await client.forceRefreshAsync();
  if (!isSuccess) throw new Error(`the SDK cannot download its config: ${errorMessage}`);
  clients.set(sdkKey, client);
}

const said = [];
for (const { sdkKey, key, user } of asked) {
  const { Identifier = '', Email, Country, ...custom } = user ?? {};
  const known = user === null ? undefined : new configcat.User(Identifier, Email, Country, custom);
  const details = await clients.get(sdkKey).getValueDetailsAsync(key, null, known);
  said.push(details.errorCode === 0 ? { value: details.value } : { error: `${details.errorMessage}` });
}
console.log(JSON.stringify(said));
for (const client of clients.values()) client.dispose();
