import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { signedHeaders } from '#adapters/webhook-http/standard-webhooks.js';
import { RETRY_LADDER_MS } from '#domain/webhooks/model/retry-ladder.js';
import type { WebhookMessageId } from '#domain/webhooks/model/webhook-message.js';
import { startServer } from './demo/start-server.js';
import { type Answered, Reader } from './testing/reader.js';
import { blocksOf, requestsIn, type TypedRequest } from './testing/typed-document.js';

const PAGE = new URL('../../../../docs/webhooks.md', import.meta.url);
const KEY = 'key-of-the-reader';
const PATIENCE_MS = 240_000; // ms; a server and interpreters in processes of their own
jest.setTimeout(PATIENCE_MS);

interface Posted {
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Told {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

type Verify = (posted: Posted) => Promise<boolean>;

/** Each is asked as its language is: by a call, by a call in another process, by an exit code. */
const languages: readonly {
  readonly name: string;
  readonly needs: readonly string[];
  readonly load: (page: string, folder: string) => Promise<Verify>;
}[] = [
  {
    name: 'Node.js',
    needs: [],
    load: async (page, folder) => {
      const file = join(folder, 'verify.mjs');
      await writeFile(file, blocksOf(page, 'js').join('\n'));
      const { verify } = (await import(pathToFileURL(file).href)) as {
        verify(secret: string, headers: object, body: Buffer): boolean;
      };
      return ({ secret, headers, body }) => Promise.resolve(verify(secret, headers, body));
    },
  },
  {
    name: 'Python',
    needs: ['python3'],
    load: async (page, folder) => {
      const ask = 'import base64, json, sys; asked = json.loads(sys.argv[1])';
      const tell = 'print(verify(asked["secret"], asked["headers"], base64.b64decode(asked["body"])))';
      const file = join(folder, 'verify.py');
      await writeFile(file, [...blocksOf(page, 'python'), ask, tell].join('\n'));
      return async ({ secret, headers, body }) => {
        const asked = JSON.stringify({ secret, headers, body: body.toString('base64') });
        const { stdout } = await promisify(execFile)('python3', ['-I', file, asked]);
        return stdout.trim() === 'True';
      };
    },
  },
  {
    name: 'the shell',
    needs: ['bash', 'openssl'],
    load: async (page, folder) => {
      const file = join(folder, 'verify.sh');
      await writeFile(file, blocksOf(page, 'bash').join('\n'));
      return ({ secret, headers, body }) => {
        const words = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
          (name) => headers[name] ?? '',
        );
        const { status } = spawnSync('bash', [file, secret, ...words], { input: body });
        return Promise.resolve(status === 0);
      };
    },
  },
];

const SECRET = `whsec_${Buffer.from('a key of thirty-two bytes, no more').subarray(0, 32).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const BODY = JSON.stringify({
  type: 'notification.sent',
  timestamp: '2026-11-21T09:09:37.694Z',
  data: {
    id: 'ntf_01m7ynwjh1k8smym0r6y127gp8',
    type: 'mfa_code',
    status: 'sent',
    userId: 'Žofie %s \\n $(id)',
  },
});
const MINUTE_MS = 60_000;

function signed({ keys = [SECRET], ageMs = 0 }: { keys?: string[]; ageMs?: number } = {}): Posted {
  const post = {
    url: '',
    id: 'evt_1' as WebhookMessageId,
    at: Date.now() - ageMs,
    body: BODY,
    keys,
    timeoutMs: 0,
  };
  return { secret: SECRET, headers: signedHeaders(post), body: Buffer.from(BODY) };
}

/** One bit of it another, at places spread over the whole. */
function flipped(bytes: Buffer, places: number): Buffer[] {
  return Array.from({ length: places }, (_, i) => {
    const copy = Buffer.from(bytes);
    const at = Math.floor((i * bytes.length) / places);
    copy[at] = (copy[at] ?? 0) ^ (1 << (i % 7));
    return copy;
  });
}

let folder: string;
let page: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-webhooks-'));
  page = await readFile(PAGE, 'utf8');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What is not installed cannot be tried. Node.js always is. */
const installed = languages.filter(({ needs }) =>
  needs.every((program) => spawnSync(program, ['--version']).error === undefined),
);

describe.each(installed)('the verification that docs/webhooks.md gives for $name', ({ load }) => {
  let verify: Verify;
  beforeAll(async () => {
    verify = await load(page, folder);
  });

  it('believes what we sign, the former secret’s signature beside it', async () => {
    expect(await verify(signed())).toBe(true);
    expect(await verify(signed({ keys: [OTHER, SECRET] }))).toBe(true);
    expect(await verify({ ...signed(), body: Buffer.from('') })).toBe(false);
  });

  it('believes no body with a bit flipped', async () => {
    const good = signed();
    for (const body of flipped(good.body, 16)) expect(await verify({ ...good, body })).toBe(false);
  });

  it('believes no header with a bit flipped', async () => {
    const good = signed();
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
      for (const bytes of flipped(Buffer.from(good.headers[name] ?? ''), 5)) {
        // A NUL can be in no header, nor in an argument of a program.
        const value = bytes.toString('latin1').replaceAll('\0', '?');
        const headers = { ...good.headers, [name]: value };
        expect({ name, value, believed: await verify({ ...good, headers }) }).toMatchObject({
          believed: false,
        });
      }
    }
  });

  it('believes nothing signed with another secret, or not at all', async () => {
    expect(await verify(signed({ keys: [OTHER] }))).toBe(false);
    expect(await verify({ ...signed(), headers: {} })).toBe(false);
  });

  it('believes nothing that is more than five minutes old, or early', async () => {
    expect(await verify(signed({ ageMs: 4 * MINUTE_MS }))).toBe(true);
    expect(await verify(signed({ ageMs: 6 * MINUTE_MS }))).toBe(false);
    expect(await verify(signed({ ageMs: -6 * MINUTE_MS }))).toBe(false);
  });
});

describe('docs/webhooks.md', () => {
  const heard: { readonly headers: IncomingHttpHeaders; readonly body: Buffer }[] = [];
  let tellSent: () => void;
  const sent = new Promise<void>((resolve) => (tellSent = resolve));
  let receiver: Server;
  let server: Awaited<ReturnType<typeof startServer>>;
  let reader: Reader;
  let typed: (readonly [TypedRequest, Answered])[];

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        heard.push({ headers: request.headers, body: Buffer.concat(chunks) });
        response.writeHead(204).end();
        if ((JSON.parse(String(heard.at(-1)?.body)) as Told).type === 'notification.sent') tellSent();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    const [setting = ''] = /webhooks: \{ allowPrivate: true \}/.exec(page) ?? [];
    await writeFile(join(folder, 'posthorn.config.yaml'), `${setting}\n`);
    server = await startServer({ folder, env: { POSTHORN_API_KEY: KEY } });
    reader = new Reader(server.url, KEY, (words) =>
      words.replace('https://shop.example', `http://127.0.0.1:${port}`),
    );
    typed = [];
    for (const request of requestsIn(page)) typed.push([request, await reader.type(request)]);
  });
  afterAll(async () => {
    await server.stop();
    receiver.closeAllConnections();
    receiver.close();
  });

  it('is answered as it shows, request by request', () => {
    expect(typed.map(([, { status }]) => status)).toEqual([201, 202, 200, 200, 202, 200]);
  });

  it('gives what verifies what then comes, under the secret that it was answered', async () => {
    const { secret = '' } = typed[0]?.[1].json as { secret?: string };
    const verify = await languages[0]?.load(page, folder);
    const [first] = heard;
    expect(JSON.parse(String(first?.body))).toMatchObject({ type: 'webhook.test' });
    const headers = Object.fromEntries(
      Object.entries(first?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    expect(await verify?.({ secret, headers, body: first?.body ?? Buffer.alloc(0) })).toBe(true);
  });

  it('shows what an event looks like', async () => {
    const data = { code: '1', validFor: '1 min', occurredAt: '2026-12-24T08:59:00Z', companyName: 'Acme' };
    const body = JSON.stringify({ type: 'mfa_code', to: { userId: 'ada', phone: '+447911123456' }, data });
    await reader.type({ method: 'POST', path: '/v1/notifications', headers: {}, body, shown: undefined });
    await sent;
    const [text = '{}'] = /^\{"type":[^]*?\}\}$/m.exec(page) ?? [];
    const shown = JSON.parse(text) as Told;
    const told = heard
      .map(({ body: bytes }) => JSON.parse(String(bytes)) as Told)
      .find(({ type }) => type === shown.type);
    expect(Object.keys(told ?? {})).toEqual(Object.keys(shown));
    expect(Object.keys(told?.data ?? {})).toEqual(Object.keys(shown.data));
    expect(told?.data).toMatchObject({ type: 'mfa_code', status: 'sent', userId: 'ada' });
    expect(told?.data.legs).toEqual([{ channel: 'sms', state: 'sent' }]);
  });

  it('tells the ladder as it is', () => {
    const [, row = ''] = /^\| after the one before \|(.*)\|$/m.exec(page) ?? [];
    const units: Readonly<Record<string, number>> = { s: 1000, min: 60_000, h: 3_600_000 };
    const told = row.split('|').map((cell) => {
      const [count, unit = ''] = cell.trim().split(' ');
      return Number(count) * (units[unit] ?? Number.NaN);
    });
    expect(told).toEqual(RETRY_LADDER_MS);
  });
});
