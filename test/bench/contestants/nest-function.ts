import 'reflect-metadata';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { configure } from '@vendia/serverless-express';

/** One endpoint and nothing behind it, put into a function as the documentation of both says. */
@Controller()
class HelloController {
  @Get()
  hello(): { readonly hello: string } {
    return { hello: 'world' };
  }
}

@Module({ controllers: [HelloController] })
class HelloModule {}

type Proxy = (event: object, context: object, callback: () => void) => Promise<unknown>;
let opened: Promise<Proxy> | undefined;

async function open(): Promise<Proxy> {
  const app = await NestFactory.create<NestFastifyApplication>(HelloModule, new FastifyAdapter(), {
    logger: false,
  });
  await app.init();
  const server = app.getHttpAdapter().getInstance();
  await server.ready();
  const handle = (request: IncomingMessage, response: ServerResponse): void =>
    server.routing(request, response);
  return configure({ app: { handle } as never, eventSourceName: 'AWS_API_GATEWAY_V2' }) as Proxy;
}

export async function handler(event: object, context: object): Promise<unknown> {
  opened ??= open();
  return (await opened)(event, context, () => {});
}
