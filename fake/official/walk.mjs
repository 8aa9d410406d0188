// Drives every method of ConfigCat's own JavaScript client against the server at CONFIGCAT_BASE_URL, and the operations
// that are younger than that client the way ConfigCat's MCP server calls them. Prints what was called; exits with 1 on the
// first answer that is not what it should be.
//
// The client is made for Angular. All that it wants from Angular is something that sends a request, which `Wire` is.
import '@angular/compiler';
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { HttpClient, HttpErrorResponse, HttpHeaders, HttpResponse } from '@angular/common/http';
import { Observable, firstValueFrom } from 'rxjs';
import * as official from 'ng-configcat-publicapi';

const base = process.env.CONFIGCAT_BASE_URL;
const user = process.env.CONFIGCAT_API_USER;
const pass = process.env.CONFIGCAT_API_PASS;
assert(base && user && pass, 'set CONFIGCAT_BASE_URL, CONFIGCAT_API_USER and CONFIGCAT_API_PASS');

class Wire {
  handle(request) {
    return new Observable((observer) => {
      this.send(request).then(
        (response) => { observer.next(response); observer.complete(); },
        (error) => observer.error(error),
      );
    });
  }

  async send(request) {
    const headers = {};
    for (const name of request.headers.keys()) headers[name] = request.headers.get(name);
    const body = request.serializeBody();
    const type = request.detectContentTypeHeader();
    if (body !== null && type && !headers['Content-Type']) headers['Content-Type'] = type;
    const answer = await fetch(request.urlWithParams, { method: request.method, headers, body });
    const text = await answer.text();
    const about = { status: answer.status, statusText: answer.statusText, url: answer.url, headers: new HttpHeaders() };
    if (!answer.ok) throw new HttpErrorResponse({ ...about, error: text });
    const json = text !== '' && request.responseType === 'json';
    return new HttpResponse({ ...about, body: text === '' ? null : json ? JSON.parse(text) : text });
  }
}

const http = new HttpClient(new Wire());
const called = new Set();
const methods = new Map();
const services = {};
for (const [name, Service] of Object.entries(official)) {
  if (!name.endsWith('Service')) continue;
  const service = new Service(http, base, new official.Configuration({ basePath: base, username: user, password: pass }));
  services[name] = service;
  for (const method of Object.getOwnPropertyNames(Service.prototype)) {
    if (method !== 'constructor') methods.set(method, service);
  }
}

// Calls a method of the official client by its name, whichever service it stands in.
const api = new Proxy({}, {
  get: (_, name) => async (...values) => {
    const service = methods.get(name);
    assert(service, `the client has no ${name}`);
    called.add(name);
    try {
      const answer = await firstValueFrom(service[name](...values));
      if (answer !== null && /^(update|replace)(?!Predefined)/.test(name)) await isKept(service, name, values, answer);
      return answer;
    } catch (error) {
      if (!(error instanceof HttpErrorResponse)) throw error;
      throw new Error(`${name}: ${error.status} ${error.url}: ${error.error}`);
    }
  },
});

// What an update answers is what is read afterwards; variations are read with more, and looked at where they are updated.
async function isKept(service, name, values, answer) {
  const getter = name.replace(/^(update|replace)/, 'get');
  const ids = /Bysdkkey/i.test(name) ? [values[0], values.at(-1)] : values.slice(0, /SettingValue/.test(name) ? 2 : 1);
  const read = await firstValueFrom(service[getter](...ids));
  for (const field of Object.keys(answer)) assert.deepEqual(read[field], answer[field], `${getter} after ${name}: ${field}`);
}

async function refused(status, promise) {
  await assert.rejects(promise, (error) => error.message.includes(`: ${status} `) || assert.fail(error.message));
}

// As the MCP server does: JSON named on every request, arrays as repeated keys.
async function call(method, path, { query = {}, body } = {}) {
  const pairs = Object.entries(query).flatMap(([key, value]) => [value].flat().map((one) => [key, String(one)]));
  const url = `${base}${path}${pairs.length ? `?${new URLSearchParams(pairs)}` : ''}`;
  const headers = {
    Authorization: `Basic ${Buffer.from(`${user}:${pass}`).toString('base64')}`,
    Accept: 'application/json',
    'Content-Type': 'application/json',
  };
  const answer = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await answer.text();
  assert(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  called.add(`${method} ${path.replace(/\/(\d+|[0-9a-f-]{36})/g, '/{id}')}`);
  return text === '' ? null : JSON.parse(text);
}

const stamp = Date.now().toString(36);
const off = { boolValue: false };
const on = { boolValue: true };

export async function walk() {
  called.clear();
  const me = await api.getMe();
  assert(me.email.includes('@'));
  const [{ organizationId }] = await api.getOrganizations();
  assert((await api.getOrganizationLimitations(organizationId)).maxTargetingRuleCount > 0);

  // Products, configs, environments.
  const { productId } = await api.createProduct(organizationId, { name: `Official ${stamp}` });
  assert((await api.getProducts()).some((one) => one.productId === productId));
  assert.equal((await api.getProduct(productId)).name, `Official ${stamp}`);
  assert.equal((await api.updateProduct(productId, { description: 'walked' })).description, 'walked');
  assert.equal((await api.getProductPreferences(productId)).reasonRequired, false);
  assert.equal((await api.updateProductPreferences(productId, { showVariationId: true })).showVariationId, true);

  const { configId } = await api.createConfig(productId, { name: 'One', evaluationVersion: 'v1' });
  const two = (await api.createConfig(productId, { name: 'Two', evaluationVersion: 'v2' })).configId;
  assert.equal((await api.getConfigs(productId)).length, 2);
  assert.equal((await api.getConfig(two)).evaluationVersion, 'v2');
  assert.equal((await api.updateConfig(configId, { name: 'First' })).name, 'First');

  const { environmentId } = await api.createEnvironment(productId, { name: 'Test' });
  const spare = (await api.createEnvironment(productId, { name: 'Spare', color: 'koala' })).environmentId;
  assert.equal((await api.getEnvironments(productId)).length, 2);
  assert.equal((await api.getEnvironment(spare)).color, 'koala');
  assert.equal((await api.updateEnvironment(spare, { name: 'Reserve' })).name, 'Reserve');

  // Tags and settings.
  const { tagId } = await api.createTag(productId, { name: 'web', color: 'panther' });
  assert.equal((await api.getTags(productId)).length, 1);
  assert.equal((await api.getTag(tagId)).name, 'web');
  assert.equal((await api.updateTag(tagId, { name: 'site' })).name, 'site');
  const flag = (await api.createSetting(configId, { key: 'flag', name: 'Flag', settingType: 'boolean', tags: [tagId] })).settingId;
  const number = (await api.createSetting(configId, { key: 'number', name: 'Number', settingType: 'int', initialValues: [{ environmentId, value: 5 }] })).settingId;
  const modern = (await api.createSetting(two, { key: 'modern', name: 'Modern', settingType: 'boolean' })).settingId;
  const text = (await api.createSetting(two, {
    key: 'text', name: 'Text', settingType: 'string',
    predefinedVariations: [{ value: { stringValue: 'a' }, name: 'A' }, { value: { stringValue: 'b' }, name: 'B' }],
  })).settingId;
  await refused(400, api.createSetting(configId, { key: 'flag', name: 'Again', settingType: 'boolean' }));
  assert.equal((await api.getSettings(configId)).length, 2);
  assert.deepEqual((await api.getSettingsByTag(tagId)).map((one) => one.settingId), [flag]);
  assert.equal((await api.getSetting(flag)).tags[0].tagId, tagId);
  assert.equal((await api.updateSetting(flag, [{ op: 'replace', path: '/hint', value: 'h' }])).hint, 'h');
  assert.equal((await api.replaceSetting(flag, { name: 'Flagged', tags: [tagId] })).name, 'Flagged');
  const { predefinedVariations } = await api.getPredefinedVariations(text);
  assert.equal(predefinedVariations.length, 2);
  const kept = predefinedVariations.map(({ predefinedVariationId, value, name }) => ({ predefinedVariationId, value: { stringValue: value.stringValue }, name }));
  await api.updatePredefinedVariations(text, { predefinedVariations: [...kept, { value: { stringValue: 'c' }, name: 'C' }] });
  assert.equal((await api.getPredefinedVariations(text)).predefinedVariations.length, 3);

  // Segments.
  const { segmentId } = await api.createSegment(productId, { name: 'Beta', comparisonAttribute: 'Email', comparator: 'contains', comparisonValue: '@beta.example' });
  assert.equal((await api.getSegments(productId)).length, 1);
  assert.equal((await api.getSegment(segmentId)).comparisonAttribute, 'Email');
  assert.equal((await api.updateSegment(segmentId, { name: 'Betas' })).name, 'Betas');

  // Values, v1.
  assert.equal((await api.getSettingValue(environmentId, number)).value, 5);
  assert.equal((await api.getSettingValues(configId, environmentId)).settingValues.length, 2);
  assert.equal((await api.updateSettingValue(environmentId, flag, [{ op: 'replace', path: '/value', value: true }], 'try')).value, true);
  assert.equal(await api.updateSettingValue(environmentId, flag, [{ op: 'replace', path: '/value', value: true }]), null, '204 without a change');
  const replaced = await api.replaceSettingValue(environmentId, flag, {
    value: false, rolloutRules: [{ segmentId, segmentComparator: 'isIn', value: true }], rolloutPercentageItems: [],
  });
  assert.equal(replaced.rolloutRules[0].segmentId, segmentId);
  await api.postSettingValues(configId, environmentId, { settingValues: [{ settingId: number, value: 7 }] });
  assert.equal((await api.getSettingValue(environmentId, number)).value, 7);
  const { primary } = await api.getSdkKeys(configId, environmentId);
  assert.equal((await api.getSettingValueBySdkkey('flag', primary)).value, false);
  assert.equal((await api.updateSettingValueBySdkkey('flag', [{ op: 'replace', path: '/value', value: true }], undefined, primary)).value, true);
  assert.equal((await api.replaceSettingValueBySdkkey('flag', { value: false }, undefined, primary)).value, false);
  await refused(404, api.getSettingValueBySdkkey('nothing', primary));

  // Values, v2.
  assert.equal((await api.getSettingValueV2(environmentId, modern)).defaultValue.boolValue, false);
  assert.equal((await api.getSettingValuesV2(two, environmentId)).settingFormulas.length, 2);
  assert.equal((await api.updateSettingValueV2(environmentId, modern, [{ op: 'replace', path: '/defaultValue/boolValue', value: true }])).defaultValue.boolValue, true);
  const formula = {
    defaultValue: off,
    targetingRules: [
      { conditions: [{ userCondition: { comparisonAttribute: 'Email', comparator: 'textEndsWithAnyOf', comparisonValue: { listValue: [{ value: '@example.com' }] } } }], value: on },
      { conditions: [{ segmentCondition: { segmentId, comparator: 'isIn' } }], percentageOptions: [{ percentage: 30, value: on }, { percentage: 70, value: off }] },
    ],
  };
  assert.equal((await api.replaceSettingValueV2(environmentId, modern, formula)).targetingRules.length, 2);
  await api.postSettingValuesV2(two, environmentId, { updateFormulas: [{ settingId: modern, defaultValue: on }] });
  assert.equal((await api.getSettingValueV2(environmentId, modern)).defaultValue.boolValue, true);
  const modernKey = (await api.getSdkKeys(two, environmentId)).primary;
  assert.equal((await api.getSettingValueBySdkkeyV2('modern', modernKey)).defaultValue.boolValue, true);
  assert.equal((await api.updateSettingValueBySdkkeyV2('modern', [{ op: 'replace', path: '/defaultValue/boolValue', value: false }], undefined, modernKey)).defaultValue.boolValue, false);
  assert.equal((await api.replaceSettingValueBySdkkeyV2('modern', { defaultValue: on }, undefined, modernKey)).defaultValue.boolValue, true);

  // Webhooks, integrations, links.
  const { webhookId } = await api.createWebhook(configId, environmentId, { httpMethod: 'post', content: '{}', url: 'https://example.com/hook' });
  assert.equal((await api.getWebhooks(productId)).length, 1);
  assert.equal((await api.getWebhook(webhookId)).httpMethod, 'post');
  assert.equal((await api.updateWebhook(webhookId, [{ op: 'replace', path: '/httpMethod', value: 'get' }])).httpMethod, 'get');
  assert.equal((await api.replaceWebhook(webhookId, { url: 'https://example.com/other', httpMethod: 'post' })).url, 'https://example.com/other');
  assert((await api.getWebhookSigningKeys(webhookId)).key1);

  const slack = { 'incoming_webhook.url': 'https://hooks.slack.com/services/1' };
  const { integrationId } = await api.createIntegration(productId, { integrationType: 'slack', name: 'Slack', parameters: slack, environmentIds: [], configIds: [] });
  assert.equal((await api.getIntegrations(productId)).integrations.length, 1);
  assert.equal((await api.getIntegration(integrationId)).name, 'Slack');
  assert.equal((await api.updateIntegration(integrationId, { name: 'Chat', parameters: slack, environmentIds: [environmentId], configIds: [] })).name, 'Chat');

  await api.addOrUpdateIntegrationLink(environmentId, flag, 'trello', 'card-1', { description: 'a card', url: 'https://example.com/card' });
  assert.equal((await api.getIntegrationLinkDetails('trello', 'card-1')).details.length, 1);
  await api.jiraConnect({ clientKey: 'client', jiraJwtToken: 'token' });
  await api.jiraAddOrUpdateIntegrationLink(environmentId, flag, 'JIRA-1', { clientKey: 'client', jiraJwtToken: 'token', description: 'an issue' });
  assert.equal((await api.getIntegrationLinkDetails('jira', 'JIRA-1')).details.length, 1);
  await api.deleteIntegrationLink(environmentId, flag, 'trello', 'card-1');
  assert.equal((await api.getIntegrationLinkDetails('trello', 'card-1')).details.length, 0);

  // People.
  const { permissionGroupId } = await api.createPermissionGroup(productId, { name: 'Readers', accessType: 'readOnly' });
  assert((await api.getPermissionGroups(productId)).some((one) => one.permissionGroupId === permissionGroupId));
  assert.equal((await api.getPermissionGroup(permissionGroupId)).accessType, 'readOnly');
  assert.equal((await api.updatePermissionGroup(permissionGroupId, { name: 'Lookers' })).name, 'Lookers');
  await api.inviteMember(productId, { emails: ['new@example.com'], permissionGroupId });
  const [{ invitationId }] = await api.getPendingInvitations(productId);
  assert((await api.getPendingInvitationsOrg(organizationId)).some((one) => one.invitationId === invitationId));
  await api.deleteInvitation(invitationId);
  assert.equal((await api.getPendingInvitations(productId)).length, 0);
  const members = await api.getOrganizationMembers(organizationId);
  const everyone = await api.getOrganizationMembersV2(organizationId);
  assert(members.length > 0 && everyone.members.length > 0);
  const other = everyone.members.find((one) => one.email !== me.email);
  assert(other, 'the demo has a second member');
  await api.addMemberToGroup(organizationId, other.userId, { permissionGroupIds: [permissionGroupId] });
  assert((await api.getProductMembers(productId)).some((one) => one.userId === other.userId));
  await api.deleteProductMember(productId, other.userId);
  assert(!(await api.getProductMembers(productId)).some((one) => one.userId === other.userId));
  await api.deleteOrganizationMember(organizationId, other.userId);
  assert(!(await api.getOrganizationMembers(organizationId)).some((one) => one.userId === other.userId));

  // Proxy profiles.
  const { proxyProfileId } = await api.createProxyProfile(organizationId, { name: `Proxy ${stamp}` });
  assert((await api.getProxyProfiles(organizationId)).profiles.some((one) => one.proxyProfileId === proxyProfileId));
  assert.equal((await api.getProxyProfile(proxyProfileId)).name, `Proxy ${stamp}`);
  assert.equal((await api.updateProxyProfile(proxyProfileId, [{ op: 'replace', path: '/description', value: 'd' }])).description, 'd');
  assert.equal((await api.replaceProxyProfile(proxyProfileId, { name: `Proxy ${stamp}`, description: 'e' })).description, 'e');
  await api.selectProxyProfileSdkKeys(proxyProfileId, { items: [{ configId, environmentId }] });
  assert.equal((await api.getProxyProfileSdkKeys(proxyProfileId)).items.length, 1);
  await api.deselectProxyProfileSdkKeys(proxyProfileId, { items: [{ configId, environmentId }] });
  assert.equal((await api.getProxyProfileSdkKeys(proxyProfileId)).items.length, 0);
  assert((await api.generateProxyProfileSecret(proxyProfileId)).secretToken);
  await api.deleteProxyProfile(proxyProfileId);
  await refused(404, api.getProxyProfile(proxyProfileId));

  // Code references, stale flags, audit logs.
  const line = (lineNumber, lineText) => ({ lineNumber, lineText });
  await api.v1CodeReferencesPost({
    configId, repository: 'repo', branch: 'main',
    flagReferences: [{ settingId: flag, references: [{ file: 'a.rs', preLines: [], postLines: [], referenceLine: line(3, 'flag') }] }],
  });
  assert.equal((await api.v1SettingsSettingIdCodeReferencesGet(flag))[0].repository, 'repo');
  await api.v1CodeReferencesDeleteReportsPost({ configId, repository: 'repo' });
  assert.equal((await api.v1SettingsSettingIdCodeReferencesGet(flag)).length, 0);
  assert((await api.getStaleflags(productId)).productId === productId);
  assert((await api.getAuditlogs(productId, configId)).length > 0);
  assert((await api.getOrganizationAuditlogs(organizationId, productId)).length > 0);

  // What is younger than the client: audit logs in pages, and change requests.
  const logs = await call('GET', `/v2/products/${productId}/auditlogs`, { query: { pageSize: 5, pageNumber: 1, environmentId } });
  assert(logs.data.length > 0 && logs.data.length <= 5 && logs.paging.currentPage === 1);
  assert((await call('GET', `/v2/organizations/${organizationId}/auditlogs`, { query: { productId } })).data.length > 0);

  // Change requests: proposed, discussed, overtaken, resolved, approved, applied; and another one closed.
  const proposed = (value) => ({ proposedChange: { settingId: modern, defaultValue: value } });
  const place = `/v2/configs/${two}/environments/${environmentId}/change-requests`;
  const request = await call('POST', place, { body: { title: 'Off', reason: 'walk', proposedChanges: [proposed(off)] } });
  const at = `/v2/change-requests/${request.changeRequestId}`;
  assert.equal(request.changeRequestStatus, 'open');
  const listed = await call('GET', `/v2/products/${productId}/change-requests`, { query: { changeRequestStatusFilter: ['open', 'applied'], pageSize: 10 } });
  assert(listed.changeRequests.data.some((one) => one.changeRequestId === request.changeRequestId));
  assert.equal((await call('PUT', at, { body: { title: 'Off, please' } })).title, 'Off, please');
  assert.equal((await call('GET', at)).title, 'Off, please');
  const comment = await call('POST', `${at}/comments`, { body: { body: 'why?' } });
  const remark = `/v2/change-request-comments/${comment.changeRequestCommentId}`;
  assert.equal((await call('PUT', remark, { body: { body: 'why not?' } })).body, 'why not?');
  assert.deepEqual((await call('GET', at)).comments.map((one) => one.body), ['why not?']);
  await call('DELETE', remark);
  assert.deepEqual((await call('GET', at)).comments, []);
  assert((await call('GET', `${at}/proposed-changes`, { query: { settingId: modern } })));
  assert.equal((await call('POST', `${at}/approve`)).approved, true);
  assert.equal((await call('GET', at)).approved, true);
  assert.equal((await call('POST', `${at}/remove-approval`)).approved, false);
  assert.equal((await call('GET', at)).approved, false);
  await call('POST', `${at}/claim-ownership`);
  assert.equal((await call('POST', `${at}/apply`)).changeRequestStatus, 'applied');
  assert.equal((await call('GET', at)).changeRequestStatus, 'applied');
  assert.equal((await api.getSettingValueV2(environmentId, modern)).defaultValue.boolValue, false);
  const other2 = await call('POST', place, { body: { title: 'On', proposedChanges: [proposed(on)] } });
  const there = `/v2/change-requests/${other2.changeRequestId}`;
  await call('PUT', `${there}/proposed-changes`, { body: { proposedChanges: [{ settingId: modern, defaultValue: on, percentageEvaluationAttribute: 'Team' }] } });
  assert(JSON.stringify(await call('GET', `${there}/proposed-changes`)).includes('"Team"'));
  await api.updateSettingValueV2(environmentId, modern, [{ op: 'replace', path: '/percentageEvaluationAttribute', value: 'Country' }]);
  const { lastVersionId } = await api.getSettingValueV2(environmentId, modern);
  const resolved = { settingId: modern, defaultValue: on, latestVersionId: lastVersionId };
  await call('POST', `${there}/proposed-changes/${modern}/resolve-conflicts`, { body: { proposedChange: resolved } });
  assert(JSON.stringify(await call('GET', `${there}/proposed-changes`)).includes(lastVersionId));
  await call('DELETE', `${there}/proposed-changes/${modern}`);
  assert(!JSON.stringify(await call('GET', `${there}/proposed-changes`)).includes(`"settingId":${modern},`));
  assert.equal((await call('POST', `${there}/close`)).changeRequestStatus, 'closed');
  assert.equal((await call('GET', there)).changeRequestStatus, 'closed');

  // Everything goes again.
  await api.deleteIntegration(integrationId);
  await refused(404, api.getIntegration(integrationId));
  await api.deleteWebhook(webhookId);
  await refused(404, api.getWebhook(webhookId));
  await api.deleteTag(tagId);
  await refused(404, api.getTag(tagId));
  await api.deleteSetting(flag);
  await refused(404, api.getSetting(flag));
  assert((await api.getDeletedSettings(configId)).some((one) => one.key === 'flag'));
  await api.deleteSegment(segmentId);
  await refused(404, api.getSegment(segmentId));
  await api.deletePermissionGroup(permissionGroupId);
  await refused(404, api.getPermissionGroup(permissionGroupId));
  await api.deleteEnvironment(spare, true);
  await refused(404, api.getEnvironment(spare));
  await api.deleteConfig(two);
  await refused(404, api.getConfig(two));
  await api.deleteProduct(productId);
  await refused(404, api.getProduct(productId));

  const missed = [...methods.keys()].filter((name) => !called.has(name));
  assert.deepEqual(missed, [], 'every method of the client is called');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  walk().then(
    () => console.log(`${methods.size} methods of the official client and ${called.size - methods.size} younger operations: all as they should be`),
    (error) => { console.error(error.stack ?? error); process.exit(1); },
  );
}
