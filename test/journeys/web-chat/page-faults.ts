import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { root } from '#test/architecture/repository.js';

/** It runs in pages and is written for them: nothing of it is compiled for Node. */
const AUDIT = join(root, 'test', 'journeys', 'web-chat', 'audit-page.mjs');

/** What `auditPage` finds wrong with a page as it is shown now. */
export async function faultsOf(page: Page): Promise<readonly string[]> {
  const source = (await readFile(AUDIT, 'utf8')).replace('export function', 'function');
  // What moves is looked at where it ends.
  await page.evaluate(
    'document.getAnimations().forEach((one) => { if (one.playState === "running" && one.effect.getTiming().iterations !== Infinity) one.finish(); })',
  );
  return page.evaluate<string[]>(`(() => { ${source}; return auditPage(); })()`);
}
