import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Inject, Injectable, Module } from '@nestjs/common';
import { Public, Scopes, Takes } from '#adapters/rest/kit/route.js';
import { completeDocument } from './complete-document.js';
import { unansweredPorts } from './unanswered-ports.js';

class ThingsController {
  said(): void {}
  unsaid(): void {}
  upload(): void {}
}
const decorate = (name: keyof ThingsController, ...decorators: MethodDecorator[]): void => {
  const descriptor = Object.getOwnPropertyDescriptor(ThingsController.prototype, name);
  for (const one of decorators) one(ThingsController.prototype, name, descriptor as PropertyDescriptor);
};
decorate('said', Scopes('campaigns:write'));
decorate('upload', Public(), Takes('csv'));

const documentOf = (path: string, method: string, name: keyof ThingsController, more: object = {}) => {
  const operation = {
    operationId: `ThingsController.${name}`,
    responses: { '201': { description: '' } },
    ...more,
  };
  const document = { openapi: '3.1.0', info: { title: 'T', version: '1' }, components: { schemas: {} } };
  const completed = completeDocument(
    { ...document, paths: { [path]: { [method]: operation } } } as never,
    () => ({
      controller: 'ThingsController',
      name,
      handler: ThingsController.prototype[name],
    }),
  ) as { paths: Record<string, Record<string, Record<string, unknown>>> };
  return completed.paths[path]?.[method] ?? {};
};

describe('completing the OpenAPI document', () => {
  it('refuses a path that does not say who may use it, and names it', () => {
    expect(() => documentOf('/v1/things', 'get', 'unsaid')).toThrow(
      /GET \/v1\/things does not say who may use it/,
    );
  });

  it('leaves out what is served below a wildcard', () => {
    const parameters = [{ name: '*', in: 'path' }];
    expect(documentOf('/page/{path}', 'get', 'said', { parameters })).toEqual({});
    expect(
      documentOf('/page/{file}', 'get', 'said', { parameters: [{ name: 'file', in: 'path' }] }),
    ).not.toEqual({});
  });

  it('tells the scope, the problems and the Idempotency-Key of a write', () => {
    const operation = documentOf('/v1/things', 'post', 'said');
    expect(operation).toMatchObject({
      operationId: 'thingsSaid',
      tags: ['Things'],
      'x-scope': 'campaigns:write',
    });
    expect(Object.keys(operation['responses'] as object)).toEqual(['201', '401', '403', '422', 'default']);
    expect(JSON.stringify(operation['parameters'])).toContain('Idempotency-Key');
  });

  it('offers no Idempotency-Key where nothing is written, or where nobody shows a key', () => {
    expect(documentOf('/v1/things', 'get', 'said')['parameters']).toBeUndefined();
    expect(documentOf('/u/{token}', 'post', 'upload')['parameters']).toBeUndefined();
  });

  it('tells of a body that is not JSON', () => {
    expect(documentOf('/v1/things/csv', 'post', 'upload')['requestBody']).toEqual({
      required: true,
      content: { 'text/csv': { schema: { type: 'string' } } },
    });
  });

  it('makes the first sentence of a comment the summary', () => {
    const operation = documentOf('/v1/things', 'get', 'said', { summary: 'Does it. And more\nof it.' });
    expect(operation).toMatchObject({ summary: 'Does it', description: 'Does it. And more of it.' });
    expect(documentOf('/v1/things', 'get', 'said', { summary: 'Does it.' })).not.toHaveProperty(
      'description',
    );
  });

  it('writes what may be null as JSON Schema does', () => {
    const schema = { type: 'object', properties: { nullable: { type: 'string', nullable: true } } };
    const operation = documentOf('/v1/things', 'get', 'said', {
      responses: { '200': { description: 'x', content: { 'application/json': { schema } } } },
    });
    expect(JSON.stringify(operation)).toContain('"properties":{"nullable":{"type":["string","null"]}}');
  });
});

describe('unansweredPorts', () => {
  const Asked = Symbol('Asked');
  const Answered = Symbol('Answered');

  @Injectable()
  class Inner {
    constructor(@Inject(Asked) _asked: object) {}
  }
  @Controller()
  class Outer {
    constructor(_inner: Inner, @Inject(Answered) _answered: object) {}
    @Get()
    get(): void {}
  }
  @Module({ providers: [Inner, { provide: Answered, useValue: {} }], controllers: [Outer] })
  class InnerModule {}
  @Module({ imports: [InnerModule] })
  class OuterModule {}

  it('answers what somebody asks for and nobody provides', async () => {
    expect(await unansweredPorts(OuterModule)).toEqual([{ provide: Asked, useValue: {} }]);
  });
});
