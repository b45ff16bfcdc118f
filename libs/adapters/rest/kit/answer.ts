import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { QuotaUse } from '#domain/communication/model/quota.js';

/** The parts of an answer beside its body. */
export interface Answer {
  /** Where what was made, or accepted to be made, can be asked for: a path such as `/v1/imports/imp_…`. */
  location(path: string): void;
  /** What there is of a workspace's quotas, beside what the door has said of the rate. */
  quota(uses: readonly QuotaUse[], now: number): void;
}

export const Answer = createParamDecorator((_data: unknown, context: ExecutionContext): Answer => {
  const reply = context.switchToHttp().getResponse<FastifyReply>();
  return {
    location: (path) => void reply.header('location', path),
    quota(uses, now) {
      for (const { period, most, used, beginsAt, endsAt } of uses) {
        add(reply, 'ratelimit-policy', `"${period}";q=${most};w=${(endsAt - beginsAt) / 1000}`);
        add(
          reply,
          'ratelimit',
          `"${period}";r=${Math.max(0, most - used)};t=${Math.ceil((endsAt - now) / 1000)}`,
        );
      }
    },
  };
});

/** Both are lists of structured fields (RFC 9651). */
function add(reply: FastifyReply, name: string, item: string): void {
  const before = reply.getHeader(name);
  void reply.header(name, typeof before === 'string' ? `${before}, ${item}` : item);
}
