import type { TargetName } from '../config/server-config.js';
import type { OpenTarget } from './target.js';

/** Loaded only when chosen: what one target needs is no burden on another. */
const targets: Readonly<Record<TargetName, () => Promise<{ openTarget: OpenTarget }>>> = {
  embedded: () => import('./embedded.js'),
  container: () => import('./container.js'),
  test: () => import('./test.js'),
};

export async function chooseTarget(name: TargetName): Promise<OpenTarget> {
  return (await targets[name]()).openTarget;
}
