import { bodies, gatewayAnswers, type HostileRow, paths, saying } from '../rows.js';
import { campaign, mail, note, notificationType, person } from './parts.js';

/** 11: what belongs to somebody else; each is asked for again under an id that nobody has, and must answer the same. */
const theirs: readonly HostileRow[] = [
  ...[
    'GET /v1/templates/{their.template}',
    'POST /v1/templates/{their.template}/preview',
    'GET /v1/lists/{their.list}',
    'GET /v1/subscribers/{their.subscriber}',
    'DELETE /v1/subscribers/{their.subscriber}',
    'GET /v1/subscribers?listId={their.list}',
    'GET /v1/imports/{their.import}',
    'GET /v1/imports/{their.import}/errors',
    'GET /v1/campaigns/{their.campaign}',
    'GET /v1/campaigns/{their.campaign}/stats',
    'GET /v1/campaigns/{their.campaign}/events',
    'POST /v1/campaigns/{their.campaign}/start',
    'POST /v1/campaigns/{their.campaign}/pause',
    'POST /v1/campaigns/{their.campaign}/resume',
    'POST /v1/campaigns/{their.campaign}/cancel',
    'POST /v1/campaigns/{their.campaign}/retry-failed',
    'GET /v1/deliveries/{their.delivery}',
    'POST /v1/failed-messages/{their.delivery}/retry',
    'DELETE /v1/suppressions/{their.suppression}',
    'DELETE /v1/api-keys/{their.key}',
    'GET /v1/notification-types/{their.type}',
    'DELETE /v1/notification-types/{their.type}',
    'GET /v1/users/{their.user}',
    'DELETE /v1/users/{their.user}',
    'GET /v1/users/{their.user}/preferences',
    'GET /v1/users/{their.user}/devices',
    'DELETE /v1/users/{their.user}/devices/{their.device}',
    'DELETE /v1/users/{user}/devices/{their.device}',
    'POST /v1/inbox/{their.item}/seen',
    'POST /v1/inbox/{their.item}/read',
    'POST /v1/inbox/{their.item}/archive',
    'GET /v1/notifications/{their.notification}',
    'GET /v1/notifications/{their.notification}/trace',
    'POST /v1/notifications/{their.notification}/cancel',
    'GET /v1/webhook-endpoints/{their.endpoint}',
    'DELETE /v1/webhook-endpoints/{their.endpoint}',
    'GET /v1/webhook-endpoints/{their.endpoint}/attempts',
    'POST /v1/webhook-endpoints/{their.endpoint}/test',
    'POST /v1/webhook-endpoints/{their.endpoint}/rotate-secret',
  ].flatMap((request) => {
    const [method = '', path = ''] = request.split(' ');
    const body = request.endsWith('/preview') ? {} : undefined;
    return paths(11, method, '404 not_found', { [request]: path }, body);
  }),
  ...bodies(11, 'PUT /v1/templates/{their.template}', '404 not_found', { 'a version': { text: 'mine' } }),
  ...bodies(11, 'POST /v1/templates/{their.template}/test-send', '404 not_found', { 'a mail': mail({}) }),
  ...bodies(11, 'PATCH /v1/subscribers/{their.subscriber}', '404 not_found', { 'a name': { name: 'mine' } }),
  ...bodies(11, 'POST /v1/campaigns/{their.campaign}/schedule', '404 not_found', {
    'a time': { scheduleAt: '2099-01-01T00:00:00Z' },
  }),
  ...bodies(11, 'PUT /v1/notification-types/{their.type}', '404 not_found', {
    'a type': { lane: 'bulk', channels: ['inbox'], templates: { inbox: '{template.inbox}' } },
  }),
  ...bodies(11, 'PUT /v1/users/{their.user}/preferences', '404 not_found', { preferences: { channels: [] } }),
  ...bodies(11, 'PATCH /v1/webhook-endpoints/{their.endpoint}', '404 not_found', {
    'a URL': { url: 'https://hooks.canary.example/mine' },
  }),
  ...bodies(11, 'POST /v1/webhook-endpoints/{their.endpoint}/replay', '404 not_found', {
    'a time': { since: '2026-01-01T00:00:00Z' },
  }),
  ...bodies(11, 'POST /v1/notification-types', '422 validation_failed /templates/inbox', {
    'their template': notificationType({ templates: { inbox: '{their.template.inbox}' } }),
  }),
  ...bodies(11, 'POST /v1/notifications', '422 validation_failed /type', {
    'their type': note({ type: '{their.type}' }),
  }),
  ...bodies(11, 'POST /v1/failed-messages/{their.delivery}/resolve', '404 not_found', {
    'a reason': { reason: 'mine' },
  }),
  ...bodies(
    11,
    'POST /v1/subscribers/import?listId={their.list}',
    '404 not_found',
    { 'a file for their list': 'email\na@canary.example\n' },
    { 'content-type': 'text/csv' },
  ),
  ...bodies(11, 'POST /v1/subscribers', '404 not_found', {
    'a member for their list': person({ listIds: ['{their.list}'] }),
  }),
  ...bodies(11, 'POST /v1/campaigns', '422 validation_failed /templateId', {
    'their template': campaign({ templateId: '{their.template}' }),
  }),
  ...bodies(11, 'POST /v1/campaigns', '422 validation_failed /audience/listIds/0', {
    'their list': campaign({ audience: { listIds: ['{their.list}'] } }),
  }),
  ...saying(
    paths(11, 'GET', '200', {
      'the deliveries of their campaign': '/v1/deliveries?campaignId={their.dispatch}',
      'the deliveries to their reader': '/v1/deliveries?email=theirs@canary.example',
      'their suppression': '/v1/suppressions?email=gone.theirs@canary.example',
      'their subscriber by address': '/v1/subscribers?email=theirs@canary.example',
      'the notifications to their user': '/v1/notifications?userId={their.user}',
      'the notifications of their type': '/v1/notifications?type={their.type}',
      'the inbox of their user': '/v1/users/{their.user}/inbox',
    }),
    /"data":\[\]/,
  ),
];

/** 11 as well: ids that are no ids. */
const IDS: Readonly<Record<string, string>> = {
  'a path out of it': '..%2f..%2fetc%2fpasswd',
  'a NUL': '%00',
  'a statement': "x'%20OR%20'1'='1",
  'a prototype': '__proto__',
  'a constructor': 'constructor',
  'nine hundred characters': 'x'.repeat(900),
  'two thousand characters': 'x'.repeat(2_000),
  'half a character': '%f0%9f',
};
const ids: readonly HostileRow[] = Object.entries(IDS).flatMap(([name, id]) => {
  const answer = name === 'half a character' ? '400 bad_request' : '404 not_found';
  const kinds = [
    ...['templates', 'lists', 'subscribers', 'imports', 'campaigns', 'deliveries'],
    ...['notification-types', 'users', 'notifications', 'webhook-endpoints'],
  ];
  const rows = [
    ...kinds.flatMap((kind) =>
      paths(11, 'GET', answer, { [`${name} for one of ${kind}`]: `/v1/${kind}/${id}` }),
    ),
    ...paths(11, 'DELETE', answer, { [`${name} for a suppression`]: `/v1/suppressions/${id}` }),
    ...paths(11, 'POST', answer, { [`${name} for a failed message`]: `/v1/failed-messages/${id}/retry` }),
    ...paths(11, 'POST', answer, { [`${name} for a campaign to start`]: `/v1/campaigns/${id}/start` }),
    ...paths(11, 'POST', answer, { [`${name} for an inbox item`]: `/v1/inbox/${id}/read` }),
    ...paths(11, 'DELETE', answer, { [`${name} for a device`]: `/v1/users/{user}/devices/${id}` }),
    ...paths(11, 'POST', answer, {
      [`${name} for a notification to cancel`]: `/v1/notifications/${id}/cancel`,
    }),
    ...paths(11, 'POST', answer, { [`${name} for an endpoint to test`]: `/v1/webhook-endpoints/${id}/test` }),
    ...paths(11, 'GET', answer, { [`${name} for a picture`]: `/assets/gallery/${id}` }),
  ];
  return name === 'half a character' ? gatewayAnswers('unasked', rows) : rows;
});

export const theirRows: readonly HostileRow[] = [...theirs, ...ids];
