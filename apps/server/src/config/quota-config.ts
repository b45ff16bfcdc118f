import type { Quota, Quotas } from '#domain/communication/model/quota.js';
import type { ConfigReader } from './config-reader.js';

const MOST = 1_000_000_000_000;

/** The section `quotas`: how many notifications a workspace may have accepted. Without it nothing is counted. */
export function readQuotas(read: ConfigReader): Quotas | undefined {
  const everyone = readQuota(read, 'quotas');
  const ids = read.names('quotas.workspaces');
  if (Object.keys(everyone).length === 0 && ids.length === 0) return undefined;
  const workspaces = Object.fromEntries(ids.map((id) => [id, readQuota(read, `quotas.workspaces.${id}`)]));
  return { everyone, workspaces };
}

function readQuota(read: ConfigReader, section: string): Quota {
  const count = (name: string): number | undefined =>
    read.count({ file: `${section}.${name}` }, { min: 0, max: MOST });
  const [perDay, perMonth] = [count('perDay'), count('perMonth')];
  return { ...(perDay !== undefined && { perDay }), ...(perMonth !== undefined && { perMonth }) };
}
