import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller as KnownCaller } from '#domain/workspace/model/api-key.js';

export type Caller = KnownCaller;

/** The workspace, key and scopes on whose behalf the request is made. Only on paths with `@Scopes(…)`. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): KnownCaller => {
  const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!caller) throw new Error('@Caller() on a path without @Scopes(…)');
  return caller;
});
