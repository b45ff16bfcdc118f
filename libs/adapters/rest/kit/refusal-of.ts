import { HttpException } from '@nestjs/common';
import { Refusal, type RefusalCode } from '#domain/kernel/refusal.js';
import type { BadRequest } from './problem.js';

/** Faults that Fastify and zlib find, https://fastify.dev/docs/latest/Reference/Errors/, https://zlib.net/manual.html */
const LIBRARY_CODES: Readonly<Record<string, RefusalCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  Z_DATA_ERROR: 'invalid_encoding',
  Z_BUF_ERROR: 'invalid_encoding',
  ERR_TRAILING_JUNK_AFTER_STREAM_END: 'invalid_encoding',
};

const STATUS_CODES: Readonly<Record<number, RefusalCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'invalid_transition',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  422: 'validation_failed',
  429: 'rate_limited',
  503: 'storage_unavailable',
};

const DETAILS: Partial<Readonly<Record<RefusalCode, string>>> = {
  not_found: 'No such path.',
  body_too_large: 'The body is larger than this server accepts.',
  unsupported_media_type: 'This path does not take a body of that Content-Type.',
  invalid_encoding: 'The body is not valid gzip.',
};

/**
 * Our own words for an error that reached the door: a refusal where the caller can do something about it, undefined
 * where the fault is ours.
 */
export function refusalOf(error: unknown): Refusal | BadRequest | undefined {
  if (error instanceof Refusal) return error;
  const known = LIBRARY_CODES[codeOf(error)];
  const status = statusOf(error);
  if (!known && (status === undefined || (status >= 500 && status !== 503))) return undefined;
  const code = known ?? STATUS_CODES[status ?? 0];
  if (code) return new Refusal(code, DETAILS[code] ?? messageOf(error));
  return { code: 'bad_request', message: messageOf(error), faults: [], retryAfterMs: undefined };
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = property(error, 'statusCode');
  return typeof status === 'number' && status >= 400 ? status : undefined;
}

function codeOf(error: unknown): string {
  const cause = error instanceof HttpException ? error.cause : error;
  const code = property(cause, 'code');
  return typeof code === 'string' ? code : '';
}

function messageOf(error: unknown): string {
  const message = property(error, 'message');
  return typeof message === 'string' ? message : 'The request cannot be understood.';
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
