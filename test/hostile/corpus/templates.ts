import { bodies, type HostileRow, paths, saying } from '../rows.js';
import { campaign, mail } from './parts.js';

const html = (sources: Readonly<Record<string, string>>): Record<string, object> =>
  Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, { name: 'x', html: source }]));

/** 6 and 7: templates that reach for the process, and ones that would keep it busy. */
const expressions: readonly HostileRow[] = [
  ...bodies(6, 'POST /v1/templates', '422 template_must_be_string /html', {
    'a parsed program for html': { name: 'x', html: { type: 'Program', body: [] } },
    'a list for html': { name: 'x', html: ['x'] },
    'a number for html': { name: 'x', html: 5 },
  }),
  ...bodies(6, 'POST /v1/templates', '422 template_must_be_string /subject', {
    'a parsed program for a subject': { name: 'x', subject: { type: 'Program', body: [] }, text: 'x' },
  }),
  ...bodies(6, 'PUT /v1/templates/{template}', '422 template_must_be_string /text', {
    'a parsed program for a text': { text: { type: 'Program', body: [] } },
  }),
  ...bodies(
    6,
    'POST /v1/templates',
    '422 template_forbidden_expression /html',
    html({
      'the constructor': '{{constructor.constructor}}',
      'the constructor of a value': '{{#with name.constructor}}{{this}}{{/with}}',
      'the constructor in brackets': '{{[constructor]}}',
      'a log': '{{log secret}}',
      'a look-up of the prototype': '{{lookup this "__proto__"}}',
      'the prototype': '{{__proto__.x}}',
      'a getter': '{{__defineGetter__ "a" b}}',
      'a partial': '{{> other}}',
      'a partial named by data': '{{> (lookup . "x")}}',
      'a decorator': '{{* inline "x"}}',
      'a raw block': '{{{{raw}}}}{{x}}{{{{/raw}}}}',
      'a helper there is not': '{{exec "rm"}}',
      'all variables at once': '{{@root}}',
    }),
  ),
  ...bodies(6, 'POST /v1/campaigns', '422 template_forbidden_expression /subject', {
    'a log in a subject': campaign({ subject: '{{log secret}}' }),
    'the constructor in a subject': campaign({ subject: '{{constructor.constructor}}' }),
  }),
  ...bodies(6, 'POST /v1/campaigns', '422 validation_failed /subject', {
    'a parsed program for a subject': campaign({ subject: { type: 'Program', body: [] } }),
  }),
  ...bodies(6, 'POST /v1/templates', '422 validation_failed /variables/0/name', {
    'a variable called constructor': { name: 'x', text: 'x', variables: [{ name: 'constructor' }] },
    'a variable called __proto__': { name: 'x', text: 'x', variables: [{ name: 'a.__proto__' }] },
  }),
  ...bodies(
    7,
    'POST /v1/templates',
    '422 template_too_deep /html',
    html({
      '2,000 blocks within one another': '{{#if a}}'.repeat(2_000) + '{{/if}}'.repeat(2_000),
      '30,000 blocks that are never closed': '{{#if a}}'.repeat(30_000),
      '2,000 branches': `{{#if a}}${'{{else if b}}'.repeat(2_000)}{{/if}}`,
      '1,000 parentheses': `{{default ${'(default '.repeat(1_000)}`,
    }),
  ),
  ...bodies(
    7,
    'POST /v1/templates',
    '422 template_too_large /html',
    html({
      '100,000 expressions': '{{a}}'.repeat(100_000),
      'half a megabyte and more': 'x'.repeat(600_000),
      '170,000 tags': '<p>'.repeat(170_000),
      'a path of 100,000 parts': `{{a${'.a'.repeat(100_000)}}}`,
    }),
  ),
  ...bodies(7, 'POST /v1/templates', '422 template_syntax /html', {
    ...html({ 'a block that is not closed': '{{#if x}}', 'an expression that is not closed': '{{x' }),
  }),
  ...bodies(7, 'POST /v1/templates', '422 template_forbidden_expression /html', {
    ...html({ '990 expressions and a forbidden one': `${'<p>{{a.b.c}}</p>'.repeat(990)}{{log x}}` }),
  }),
  ...bodies(7, 'POST /v1/templates', '201', html({ '990 expressions': '<p>{{a.b.c}}</p>'.repeat(990) })),
  ...bodies(7, 'POST /v1/templates/{template.slow}/preview', '200', {
    'a template that takes long to read': { data: { list: Array.from({ length: 60 }, () => ({ a: '<' })) } },
  }),
  ...bodies(7, 'POST /v1/templates/{template.slow}/test-send', '422 render_too_large', {
    'a template that takes long to read, and longer to render': mail({
      data: { list: Array.from({ length: 1_000 }, () => ({ a: '<' })) },
    }),
  }),
  ...bodies(7, 'POST /v1/templates/{template.loop}/preview', '422 render_too_large', {
    'three loops over 150': { data: { list: Array.from({ length: 150 }, (_, n) => n) } },
  }),
  ...bodies(7, 'POST /v1/templates/{template.loop}/test-send', '422 render_too_large', {
    'three loops over 150': mail({ data: { list: Array.from({ length: 150 }, (_, n) => n) } }),
  }),
  ...saying(
    bodies(7, 'POST /v1/templates/{template.required}/preview', '422 missing_variable', {
      'what is required and missing': { data: { order: {} } },
    }),
    /order\.number/,
  ),
  ...saying(
    bodies(7, 'POST /v1/templates/{template.required}/test-send', '422 missing_variable', {
      'what is required and missing': mail({ data: { order: null } }),
    }),
    /order\.number/,
  ),
  ...saying(
    bodies(7, 'POST /v1/templates/{template}/preview', '200', {
      'a value that is an expression': { data: { name: '{{secret}}', secret: 'revealed' } },
    }),
    /Hello \{\{secret\}\}/,
  ),
];

/** 8: markup and links that would run in the reader's hands. */
const markup: readonly HostileRow[] = [
  ...bodies(
    8,
    'POST /v1/templates',
    '422 template_forbidden_expression /html',
    html({
      'a value without escaping': '<p>{{{x}}}</p>',
      'a value without escaping, the other way': '<p>{{&x}}</p>',
      'a value in a script': '<script>{{x}}</script>',
      'a value in a handler': '<p onclick="{{x}}">x</p>',
      'a value without quotes': '<p title={{x}}>x</p>',
    }),
  ),
  ...bodies(
    8,
    'POST /v1/templates',
    '422 unsafe_url /html',
    html({
      'a link that is a script': '<a href="javascript:alert(1)">x</a>',
      'a link that is a script to a browser': '<a href=" java\tscript&#58;alert(1)">x</a>',
      'a link that is another script': '<a href="VBScript:x">x</a>',
      'a link that is a document': '<a href="data:text/html,<script>1</script>">x</a>',
      'a picture that is a document': '<img src="data:text/html,x">',
      'a link to a file': '<a href="file:///etc/hostname">x</a>',
      'a style that is a script': '<p style="background:url(javascript:x)">x</p>',
    }),
  ),
  ...bodies(8, 'POST /v1/templates/{template.link}/preview', '422 unsafe_url', {
    'a value that is a script': { data: { url: 'javascript:alert(1)' } },
    'a value that is a script to a browser': { data: { url: '\u0001java\nscript:alert(1)' } },
  }),
  ...bodies(8, 'POST /v1/templates/{template.link}/test-send', '422 unsafe_url', {
    'a value that is a script': mail({ data: { url: 'javascript:alert(1)' } }),
  }),
  ...saying(
    bodies(8, 'POST /v1/templates/{template}/preview', '200', {
      'a value that is markup': { data: { name: '<script>alert(1)</script>' } },
    }),
    /Hello &lt;script&gt;/,
  ),
  ...saying(
    paths(8, 'GET', '200', {
      'markup in a search of the outbox': '/outbox?to=%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
    }),
    /^(?!.*<script)/s,
  ),
];

export const templateRows: readonly HostileRow[] = [...expressions, ...markup];
