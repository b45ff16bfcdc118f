import 'reflect-metadata';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GatewayChat } from '#adapters/apigateway/gateway-chat.js';
import { NestLogger } from '#adapters/pino/nest-logger.js';
import { contexts, portsOf } from '#apps/server/src/contexts.js';
import { ChatFacade } from '#domain/chat/chat.facade.js';
import { UserTokens } from '#ports/workspace/user-tokens.js';
import type { LambdaTarget } from './aws.js';

@Module({})
class ContextsModule {}

/** The contexts without a door: for functions that are not asked by HTTP. */
export function openContexts({ providers, log }: LambdaTarget): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext(
    { module: ContextsModule, imports: [portsOf(providers), ...contexts()] },
    { logger: new NestLogger(log), abortOnError: false },
  );
}

export function gatewayChatOf(app: INestApplicationContext, target: LambdaTarget): GatewayChat {
  const { connections, users, realtime, posts, clock, randomness, log } = target;
  return new GatewayChat({
    ...{ connections, users, realtime, posts, clock, randomness, log },
    tokens: app.get<UserTokens>(UserTokens, { strict: false }),
    chat: app.get<ChatFacade>(ChatFacade, { strict: false }),
  });
}
