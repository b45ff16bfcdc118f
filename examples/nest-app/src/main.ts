import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';

const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
  rawBody: true,
});
// Without this Posthorn is not told of a SIGTERM: nothing is lost by that, but messages under way wait for the next start.
app.enableShutdownHooks();
await app.listen(Number(process.env['PORT'] ?? 3001), '127.0.0.1');
process.stdout.write(`The application listens on ${await app.getUrl()}\n`);
