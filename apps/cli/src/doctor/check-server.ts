import type { ReadyView } from '#adapters/rest/health/health.view.js';
import type { WorkspaceView } from '#adapters/rest/workspace/workspace.view.js';
import { isLoopback } from '#apps/server/src/config/server-config.js';
import type { ApiClient } from '../api/api-client.js';
import { ApiTrouble } from '../api/api-trouble.js';
import { plain } from '../terminal/words.js';
import { type Check, fail, ok, skip, warn } from './check.js';

/** Whether a server answers where we would ask, which one it is, and whether it takes our key. */
export async function checkServer(client: ApiClient, ownVersion: string): Promise<Check[]> {
  const reached = await reach(client, ownVersion);
  if (reached.state === 'fail') return [reached, skip('API key', 'no server answers')];
  return [reached, ...openLine(client), await checkKey(client)];
}

async function reach(client: ApiClient, ownVersion: string): Promise<Check> {
  const name = 'Server';
  try {
    const { info } = await client.get<{ info?: { title?: string; version?: string } }>('/openapi.json');
    if (info?.title !== 'Posthorn')
      return fail(name, `what answers at ${client.url} is no Posthorn server`, HINT);
    const detail = `${client.url} answers, version ${plain(info.version ?? '?')}`;
    const { reasons } = await ready(client);
    if (reasons.length > 0) return warn(name, `${detail}, but it is not ready`, plain(reasons.join(' ')));
    if (info.version === ownVersion) return ok(name, detail);
    return warn(name, detail, `This command is version ${ownVersion}: some of it may not work.`);
  } catch (error) {
    if (!(error instanceof ApiTrouble)) throw error;
    return fail(name, firstLine(error), error.hint ?? HINT);
  }
}

const HINT = 'Say where the server is with POSTHORN_URL or --url.';

async function ready(client: ApiClient): Promise<ReadyView> {
  const response = await fetch(`${client.url}/health/ready`);
  return (await response.json()) as ReadyView;
}

async function checkKey(client: ApiClient): Promise<Check> {
  const name = 'API key';
  if (!client.hasKey) {
    return warn(
      name,
      'none given',
      'Set POSTHORN_API_KEY. The first start of the server printed the owner key.',
    );
  }
  try {
    const { name: workspace } = await client.get<WorkspaceView>('/v1/workspace');
    return ok(name, `accepted, workspace ${plain(workspace)}`);
  } catch (error) {
    if (!(error instanceof ApiTrouble)) throw error;
    // A key without the right to read the workspace is a good key all the same.
    if (error.code === 'forbidden') return ok(name, 'accepted');
    return fail(name, firstLine(error), error.hint ?? 'Ask the owner of the workspace for another one.');
  }
}

function openLine({ url }: ApiClient): Check[] {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || isLoopback(hostname.replace(/^\[|\]$/g, ''))) return [];
  return [
    warn('Connection', 'the API key travels unencrypted', 'Put a proxy with TLS in front, and use https.'),
  ];
}

function firstLine({ message }: Error): string {
  return message.split('\n')[0] ?? '';
}
