/**
 * Writes dist/openapi.json: what the server serves as `/openapi.json` and shows as `/docs`. Run by the build, after the
 * compiler: the generator is loaded here and never by the server.
 *
 * It fails, and with it the build, when a path does not say who may use it.
 */
import 'reflect-metadata';
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { DynamicModule, Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { DEFAULT_REST_SETTINGS } from '#adapters/rest/kit/rest-settings.js';
import { ServerModule } from '#apps/server/src/server.module.js';
import { completeDocument, type HandlerOf } from './openapi/complete-document.js';
import { unansweredPorts } from './openapi/unanswered-ports.js';

const DIST = new URL('../', import.meta.url);

async function writeOpenApi(file: URL): Promise<void> {
  const document = await describeServer();
  // In one step: a server that starts meanwhile reads the old one or the new one.
  const draft = new URL(`${file.href}.${process.pid}`);
  await writeFile(draft, `${JSON.stringify(document, null, 1)}\n`);
  await rename(draft, file);
}

async function describeServer(): Promise<object> {
  const metadata = (await import(new URL('openapi-metadata.js', DIST).href)) as {
    default: () => Promise<Record<string, unknown>>;
  };
  await SwaggerModule.loadPluginMetadata(metadata.default);
  // A preview knows every route and makes no instance of anything, so nobody has to stand behind the ports.
  const serverOver = (providers: readonly Provider[]): DynamicModule =>
    ServerModule.of({ providers, close: () => Promise.resolve() }, DEFAULT_REST_SETTINGS, ['api']);
  const module = serverOver(await unansweredPorts(serverOver([])));
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  const handlers = new Map<string, ReturnType<HandlerOf>>();
  const document = SwaggerModule.createDocument(app, await frame(), {
    operationIdFactory: (controller, method) => `${controller}.${method}`,
    autoTagControllers: false,
  });
  collectHandlers(app, handlers);
  return completeDocument(document, (operationId) => handlers.get(operationId));
}

async function frame(): Promise<Omit<OpenAPIObject, 'paths'>> {
  const { version } = JSON.parse(await readFile(new URL('../package.json', DIST), 'utf8')) as {
    version: string;
  };
  return new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Posthorn')
    .setVersion(version)
    .setDescription(
      'Campaigns, transactional notifications and real-time chat on one durable delivery backbone.',
    )
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'phk_…', description: 'An API key, `phk_…`.' },
      'apiKey',
    )
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token of one of your users.' },
      'userToken',
    )
    .build();
}

/** Each handler under the id that its operation has in the document. */
function collectHandlers(app: NestFastifyApplication, into: Map<string, ReturnType<HandlerOf>>): void {
  const { container } = app as unknown as {
    container: {
      getModules(): Map<
        string,
        { controllers: Map<unknown, { metatype: { name: string; prototype: object } }> }
      >;
    };
  };
  for (const { controllers } of container.getModules().values()) {
    for (const { metatype } of controllers.values()) {
      for (const name of Object.getOwnPropertyNames(metatype.prototype)) {
        const handler: unknown = Object.getOwnPropertyDescriptor(metatype.prototype, name)?.value;
        if (typeof handler === 'function')
          into.set(`${metatype.name}.${name}`, { controller: metatype.name, name, handler });
      }
    }
  }
}

await writeOpenApi(new URL('openapi.json', DIST));
