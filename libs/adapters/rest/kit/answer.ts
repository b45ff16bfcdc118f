import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** The parts of an answer beside its body. */
export interface Answer {
  /** Where what was made, or accepted to be made, can be asked for: a path such as `/v1/imports/imp_…`. */
  location(path: string): void;
}

export const Answer = createParamDecorator((_data: unknown, context: ExecutionContext): Answer => {
  const reply = context.switchToHttp().getResponse<FastifyReply>();
  return { location: (path) => void reply.header('location', path) };
});
