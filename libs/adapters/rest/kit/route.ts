import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { Caller } from '#domain/workspace/model/api-key.js';
import type { TokenUser } from '#ports/workspace/user-tokens.js';
import type { Scope } from '#domain/workspace/model/scopes.js';

/** Who may come through: whoever holds a key with one of the scopes (and, with `users`, a user with a token of theirs), or anybody. */
export type Access =
  | { readonly who: 'key'; readonly scope: Scope; readonly users: boolean }
  | { readonly who: 'anybody'; readonly metered: boolean };

/**
 * What kind of body a path takes.
 * - `json`: parsed, bounded, checked (see json-text.ts)
 * - `csv`: the request's own stream, not buffered and not bounded; the handler reads it
 * - `file`: the same of any type, sent as `application/octet-stream`; the handler reads it and bounds it
 * - `form`: fields of an HTML form, `application/x-www-form-urlencoded` or `multipart/form-data`, without files
 * - `raw`: the bytes as they came, whatever their type, for checking a signature over them
 */
export type BodyKind = 'json' | 'csv' | 'file' | 'form' | 'raw';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    takes?: BodyKind;
    /** Fields of the answer that are sent once and stored never (a secret): in a repeated answer they are null. */
    withheld?: readonly string[];
  }
  interface FastifyRequest {
    /** Set by the door on every path that asks for a key. */
    caller?: Caller;
    /** Set by the door, in place of the caller, where a user came with a token of theirs. */
    tokenUser?: TokenUser;
    /** SHA-256 of the body as it came, where the request carries an Idempotency-Key. */
    bodyHash?: Uint8Array;
  }
}

interface RouteFacts {
  readonly access?: Access;
  readonly takes?: BodyKind;
  readonly withheld?: readonly string[];
}

/**
 * The path asks for a key that has this scope. Every path says either this or `@Public()`.
 * @param users also open to users themselves, each with a token of theirs: the handler asks who it is (`@Speaker()`)
 */
export function Scopes(scope: Scope, { users = false } = {}): MethodDecorator {
  return adding({ access: { who: 'key', scope, users } });
}

/** The path is open to anybody, at most so many times a second from one address (`metered: false`: any number of times). */
export function Public({ metered = true } = {}): MethodDecorator {
  return adding({ access: { who: 'anybody', metered } });
}

/** The path takes a body other than JSON. */
export function Takes(kind: BodyKind): MethodDecorator {
  return adding({ takes: kind });
}

/** Fields of the answer that are sent once and stored never (a secret): in a repeated answer they are null. */
export function Withheld(...fields: string[]): MethodDecorator {
  return adding({ withheld: fields });
}

export function routeFactsOf(handler: object): RouteFacts {
  return (Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) as RouteFacts | undefined) ?? {};
}

/** Fastify keeps one configuration per path; each decorator adds its own part. */
function adding(facts: RouteFacts): MethodDecorator {
  return (target, key, descriptor) => {
    const before = routeFactsOf(descriptor.value as object);
    RouteConfig({ ...before, ...facts })(target, key, descriptor);
  };
}
