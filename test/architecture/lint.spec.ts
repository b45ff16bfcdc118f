import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { fixtures, root, runNode } from './repository.js';

const folder = join(fixtures, 'lint');

/** Each file under fixtures/lint with the one rule it must break. */
const BREAKS: readonly (readonly [file: string, rule: string])[] = [
  ['libs/adapters/memory/any.ts', '@typescript-eslint/no-explicit-any'],
  ['libs/adapters/memory/non-null.ts', '@typescript-eslint/no-non-null-assertion'],
  ['libs/adapters/memory/parameter-property.ts', '@typescript-eslint/parameter-properties'],
  ['libs/adapters/memory/floating-promise.ts', '@typescript-eslint/no-floating-promises'],
  ['libs/adapters/memory/ts-ignore.ts', '@typescript-eslint/ban-ts-comment'],
  ['libs/adapters/memory/too-long.ts', 'max-lines'],
  ['libs/adapters/memory/enum.ts', 'house/no-enum'],
  ['libs/adapters/memory/default-export.ts', 'house/no-default-export'],
  ['libs/adapters/memory/index.ts', 'house/no-barrel'],
  ['libs/adapters/memory/re-export.ts', 'house/no-barrel'],
  ['libs/adapters/memory/utils.ts', 'house/telling-names'],
  ['libs/adapters/memory/empty-names.ts', 'house/telling-names'],
  ['apps/console/src/page.tsx', 'house/no-default-export'],
  ['apps/console/src/model/clock.ts', 'house/no-ambient-time'],
  ['libs/domain/campaign/model/clock.ts', 'house/no-ambient-time'],
  ['libs/domain/campaign/model/date.ts', 'house/no-ambient-time'],
  ['libs/domain/campaign/model/timer.ts', 'house/no-ambient-time'],
  ['libs/domain/campaign/application/dice.ts', 'house/no-ambient-time'],
  ['libs/domain/campaign/model/focused.spec.ts', 'house/no-marked-tests'],
  ['libs/domain/campaign/model/skipped.spec.ts', 'house/no-marked-tests'],
  ['libs/domain/campaign/model/x-marked.spec.ts', 'house/no-marked-tests'],
  ['test/journeys/sleep.spec.ts', 'house/no-sleep-in-tests'],
  ['test/journeys/promised-sleep.spec.ts', 'house/no-sleep-in-tests'],
];

interface LintedFile {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string | null; readonly line: number }[];
}

describe('lint rules', () => {
  const found = new Map<string, LintedFile['messages']>();

  beforeAll(async () => {
    const eslint = join(root, 'node_modules', 'eslint', 'bin', 'eslint.js');
    const config = join(root, 'eslint.config.js');
    const { stdout, stderr } = await runNode([eslint, '--config', config, '--format', 'json', '.'], {
      cwd: folder,
    });
    expect(stderr).toBe('');
    for (const file of JSON.parse(stdout) as LintedFile[])
      found.set(relative(folder, file.filePath), file.messages);
  }, 120_000);

  it.each(BREAKS)('%s breaks %s and nothing else', (file, rule) => {
    expect([...new Set(found.get(file)?.map(({ ruleId }) => ruleId))]).toEqual([rule]);
  });

  it('let pass what is allowed: an instant given as an argument', () => {
    expect(found.get('libs/domain/campaign/model/date.ts')?.map(({ line }) => line)).toEqual([4]);
  });

  it('let pass what is allowed in tests: non-null assertions, the clock, yielding for a moment', () => {
    expect(found.get('test/journeys/allowed.spec.ts')).toEqual([]);
  });

  it('of the house each have a case that breaks them', async () => {
    const { house } = (await import(pathToFileURL(join(root, 'scripts', 'eslint-rules.mjs')).href)) as {
      house: { rules: object };
    };
    const tried = new Set(BREAKS.map(([, rule]) => rule));
    expect(Object.keys(house.rules).filter((rule) => !tried.has(`house/${rule}`))).toEqual([]);
  });
});
