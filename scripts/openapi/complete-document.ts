import { HEADERS_METADATA } from '@nestjs/common/constants.js';
import { getMetadataStorage } from 'class-validator';
import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEMS } from '#adapters/rest/kit/problem.js';
import { type BodyKind, routeFactsOf } from '#adapters/rest/kit/route.js';

export interface Handler {
  readonly controller: string;
  readonly name: string;
  readonly handler: object;
}
export type HandlerOf = (operationId: string) => Handler | undefined;

type Json = Record<string, unknown>;

const WRITES = new Set(['post', 'put', 'patch', 'delete']);
const WHOLE_PARAMETERS = new Set(['limit']);
const BODY_TYPES: Readonly<Record<Exclude<BodyKind, 'json'>, string>> = {
  csv: 'text/csv',
  file: 'application/octet-stream',
  form: 'application/x-www-form-urlencoded',
  raw: 'application/octet-stream',
};

const PROBLEM_SCHEMA: Json = {
  type: 'object',
  description: 'What went wrong (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'errors'],
  properties: {
    type: { type: 'string', description: 'Where this kind of problem is described.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What was wrong this time, in words for a person.' },
    instance: { type: 'string', description: 'Under which number the server logged it.' },
    code: {
      type: 'string',
      enum: Object.keys(PROBLEMS),
      description: 'What was wrong, in a word for a program. Never renamed.',
    },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'detail'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer into the body, or the name of a parameter.' },
          code: { type: 'string' },
          detail: { type: 'string' },
        },
      },
    },
  },
};

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

/** What the generator cannot know: who may use a path, what bodies it takes, how it says no, what repeating means. */
export function completeDocument(document: OpenAPIObject, handlerOf: HandlerOf): object {
  const completed = nullsOf31(document) as Json;
  const paths = completed['paths'] as Record<string, Record<string, Json>>;
  const faults: string[] = [];
  for (const [path, operations] of Object.entries(paths)) {
    if (Object.values(operations).some(hasWildcard)) {
      delete paths[path]; // a page and what is below it: nothing that a program calls, and OpenAPI has no words for it
      continue;
    }
    for (const [method, operation] of Object.entries(operations)) {
      const handler = handlerOf(String(operation['operationId']));
      const fault = handler ? complete(operation, handler, path, method) : 'has no handler';
      if (fault !== undefined) faults.push(`${method.toUpperCase()} ${path} ${fault}`);
    }
  }
  if (faults.length > 0)
    throw new Error(`The API cannot be described:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  const components = completed['components'] as { schemas: Record<string, Json> };
  for (const [name, schema] of Object.entries(components.schemas)) refineSchema(name, schema);
  components.schemas['Problem'] = PROBLEM_SCHEMA;
  return { ...completed, tags: [], servers: [{ url: '/' }] };
}

function hasWildcard({ parameters }: Json): boolean {
  return ((parameters ?? []) as Json[]).some(({ name }) => name === '*');
}

function complete(
  operation: Json,
  { controller, name, handler }: Handler,
  path: string,
  method: string,
): string | undefined {
  const { access, takes } = routeFactsOf(handler);
  if (!access) return 'does not say who may use it: add @Scopes(…) or @Public()';
  operation['operationId'] = `${lowerFirst(controller.replace(/Controller$/, ''))}${upperFirst(name)}`;
  operation['tags'] = [tagOf(controller)];
  splitSummary(operation);
  for (const parameter of (operation['parameters'] ?? []) as Json[]) {
    const schema = (parameter['schema'] ?? {}) as Json;
    if (schema['default'] !== undefined) parameter['required'] = false;
    if (WHOLE_PARAMETERS.has(String(parameter['name']))) schema['type'] = 'integer';
  }
  const responses = operation['responses'] as Record<string, Json>;
  responses['default'] = { description: 'A problem.', content: PROBLEM };
  setAnswerType(responses, handler);
  if (takes !== undefined && takes !== 'json') setBodyType(operation, BODY_TYPES[takes]);
  if (access.who === 'key') {
    operation['security'] = access.users ? [{ apiKey: [] }, { userToken: [] }] : [{ apiKey: [] }];
    operation['x-scope'] = access.scope;
    responses['401'] = { description: 'No valid key.', content: PROBLEM };
    responses['403'] = { description: `The key lacks the scope ${access.scope}.`, content: PROBLEM };
    if (WRITES.has(method) && path.startsWith('/v1/')) offerIdempotency(operation);
  }
  if (operation['requestBody'] !== undefined || (operation['parameters'] as unknown[] | undefined)?.length) {
    responses['422'] = {
      description: 'Something in the request is not valid; `errors` says what.',
      content: PROBLEM,
    };
  }
  return undefined;
}

/** The first sentence of a comment is its summary, the rest its description. */
function splitSummary(operation: Json): void {
  const text = [operation['summary'], operation['description']]
    .filter((part) => typeof part === 'string')
    .join(' ');
  const flat = text.replace(/\s+/g, ' ').trim();
  const end = flat.search(/[.?!:] /);
  operation['summary'] = (end < 0 ? flat : flat.slice(0, end)).replace(/\.$/, '');
  if (end >= 0) operation['description'] = flat;
  else delete operation['description'];
}

/** An answer that is not JSON says so by its Content-Type header. */
function setAnswerType(responses: Record<string, Json>, handler: object): void {
  const headers = (Reflect.getMetadata(HEADERS_METADATA, handler) ?? []) as { name: string; value: string }[];
  const type = headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value.split(';')[0];
  for (const [status, response] of Object.entries(responses)) {
    if (status === 'default') continue;
    const [content] = Object.values((response['content'] ?? {}) as Json);
    if (type !== undefined && content !== undefined) response['content'] = { [type]: content };
    if (response['description'] === '') response['description'] = ANSWERS[status] ?? 'Done.';
  }
}

const ANSWERS: Readonly<Record<string, string>> = {
  '200': 'As asked.',
  '201': 'Made; `Location` says where it is.',
  '202': 'Accepted and safely stored; `Location` says where to ask how it goes.',
  '204': 'Done; there is nothing to say.',
};

function setBodyType(operation: Json, type: string): void {
  const schema =
    type === BODY_TYPES.form
      ? { type: 'object', additionalProperties: { type: 'string' } }
      : { type: 'string' };
  operation['requestBody'] = { required: true, content: { [type]: { schema } } };
}

function offerIdempotency(operation: Json): void {
  const parameters = (operation['parameters'] ?? []) as Json[];
  operation['parameters'] = [
    ...parameters,
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description:
        'A request repeated with the same key is carried out once, and answered the same each time, for a day.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    },
  ];
}

/** What class-validator knows about a field and the generator passes over. */
const REFINEMENTS: Readonly<Record<string, (schema: Json, limit: unknown) => void>> = {
  isInt: (schema) => (schema['type'] = 'integer'),
  isEmail: (schema) => (schema['format'] = 'email'),
  isIso8601: (schema) => (schema['format'] = 'date-time'),
  arrayMaxSize: (schema, limit) => (schema['maxItems'] = limit),
  arrayMinSize: (schema, limit) => (schema['minItems'] = limit),
};

function refineSchema(name: string, schema: Json): void {
  if (schema['type'] !== 'object') return;
  const properties = (schema['properties'] ?? {}) as Record<string, Json>;
  if (name.endsWith('Body') && schema['additionalProperties'] === undefined)
    schema['additionalProperties'] = false;
  const storage = getMetadataStorage() as unknown as {
    validationMetadatas: Map<
      { name: string },
      { propertyName: string; name?: string; constraints?: unknown[] }[]
    >;
  };
  for (const [target, rules] of storage.validationMetadatas) {
    if (target.name !== name) continue;
    for (const rule of rules) {
      const property = properties[rule.propertyName];
      if (property) REFINEMENTS[rule.name ?? '']?.(property, rule.constraints?.[0]);
    }
  }
}

/** OpenAPI 3.0 wrote `nullable: true` where 3.1, being JSON Schema, has a type `null`. */
function nullsOf31(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nullsOf31);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, nullsOf31(item)]),
  );
  if (nullable !== true)
    return nullable === undefined || typeof nullable === 'object'
      ? { ...rest, ...(nullable === undefined ? {} : { nullable }) }
      : rest;
  if (typeof rest['type'] === 'string') return { ...rest, type: [rest['type'], 'null'] };
  return { anyOf: [rest, { type: 'null' }] };
}

function tagOf(controller: string): string {
  const words = controller.replace(/Controller$/, '').replace(/([a-z])([A-Z])/g, '$1 $2');
  return upperFirst(words.toLowerCase().replace(/\bapi\b/g, 'API'));
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
