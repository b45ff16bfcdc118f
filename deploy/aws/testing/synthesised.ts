import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DeploymentSettings } from '../settings.js';
import type { Named } from './resource.js';

export interface SynthesisOrders {
  readonly settings: DeploymentSettings;
  /** Left out, as somebody without an account synthesises it. */
  readonly environment?: { readonly account?: string; readonly region?: string };
  /** Where the CDK may write. */
  readonly outdir: string;
}

export interface Synthesised {
  readonly resources: readonly Named[];
  /** What the CDK would have to ask an account for. */
  readonly missing?: unknown;
}

const PROGRAM = fileURLToPath(new URL('./synthesise.js', import.meta.url));
const LARGEST = 64 * 1024 * 1024;

export function synthesised(orders: SynthesisOrders): Synthesised {
  const said = execFileSync(process.execPath, [PROGRAM, JSON.stringify(orders)], { maxBuffer: LARGEST });
  return JSON.parse(said.toString()) as Synthesised;
}
