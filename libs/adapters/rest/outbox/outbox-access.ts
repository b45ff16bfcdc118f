import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { VerifyApiKey } from '#domain/workspace/application/verify-api-key.js';
import { allows } from '#domain/workspace/model/scopes.js';
import { OutboxSettings } from './outbox-settings.js';

/** Who sees the mails of every workspace, or those of his own. */
export type OutboxReader =
  { readonly sees: 'everything' } | { readonly sees: 'workspace'; readonly workspaceId: WorkspaceId };

/** What somebody may see. */
export type OutboxView = OutboxReader | { readonly sees: 'nothing'; readonly because: 'no-key' | 'no-right' };

/** Longer than any key can be, in base64. */
const MAX_AUTHORIZATION = 512;
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/i;
/** Left by whatever passes a request on: then the one who asks sits somewhere else. */
const PASSED_ON = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/**
 * Decides who may open the outbox. It shows whole mails, links to reset a password included, so it is as open as the
 * operator's own screen and no more (docs/adr/0006-who-may-open-the-outbox.md).
 */
@Injectable()
export class OutboxAccess {
  readonly #settings: OutboxSettings;
  readonly #verify: VerifyApiKey;

  constructor(@Inject(OutboxSettings) settings: OutboxSettings, verify: VerifyApiKey) {
    this.#settings = settings;
    this.#verify = verify;
  }

  /** A key that is shown always counts, even where none is needed: it is a wish to be treated as its workspace. */
  async of(request: FastifyRequest): Promise<OutboxView> {
    const { authorization } = request.headers;
    if (authorization === undefined && this.#needsNoKey(request)) return { sees: 'everything' };
    const key = keyIn(authorization);
    const caller = key === undefined ? undefined : await this.#verify.verify(key);
    if (!caller) return { sees: 'nothing', because: 'no-key' };
    if (!allows(caller.scopes, 'admin')) return { sees: 'nothing', because: 'no-right' };
    return { sees: 'workspace', workspaceId: caller.workspaceId };
  }

  #needsNoKey(request: FastifyRequest): boolean {
    const { openTo } = this.#settings;
    return openTo === 'anybody' || (openTo === 'this-machine' && isFromThisMachine(request));
  }
}

/**
 * A connection from this machine is not enough. A page of a stranger, open in a browser here, may make its own name
 * lead to 127.0.0.1 and then read what we answer as its own (DNS rebinding): the name asked for gives that away. And a
 * proxy on this machine asks on behalf of the whole world.
 */
function isFromThisMachine({ raw, headers }: FastifyRequest): boolean {
  if (!LOOPBACK.test(raw.socket.remoteAddress ?? '')) return false;
  if (PASSED_ON.some((name) => headers[name] !== undefined)) return false;
  return isNameOfThisMachine(headers.host ?? '');
}

function isNameOfThisMachine(host: string): boolean {
  if (!URL.canParse(`http://${host}/`)) return false;
  const { hostname } = new URL(`http://${host}/`);
  const name = hostname.replace(/^\[|\]$/g, '');
  return name === 'localhost' || name.endsWith('.localhost') || LOOPBACK.test(name);
}

/** The key as programs send it (`Bearer`), or as browsers do when asked for a password (`Basic`, any user name). */
function keyIn(header: string | undefined): string | undefined {
  if (header === undefined || header.length > MAX_AUTHORIZATION) return undefined;
  const [, scheme = '', value = ''] = /^(bearer|basic) +(\S+)$/i.exec(header) ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme === '') return undefined;
  const credentials = Buffer.from(value, 'base64').toString('utf8');
  const key = credentials.slice(credentials.indexOf(':') + 1);
  return key === '' ? undefined : key;
}
