import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { fixtures, root, runNode } from './repository.js';

interface Violation {
  readonly rule: string;
  readonly from: string;
}

/** The file under fixtures/boundaries that breaks each rule. */
const BREAKS: Readonly<Record<string, string>> = {
  'model-is-pure': 'libs/domain/campaign/model/reads-files.ts',
  'kernel-stands-alone': 'libs/domain/kernel/knows-a-model.ts',
  'ports-speak-the-model': 'libs/ports/campaign/campaigns.ts',
  'application-goes-through-ports': 'libs/domain/campaign/application/send-campaign.ts',
  'contexts-meet-at-facades': 'libs/domain/campaign/application/peek-deliveries.ts',
  'core-contexts-do-not-mix': 'libs/domain/campaign/application/message-room.ts',
  'adapters-never-reach-up': 'libs/adapters/sqlite/knows-the-server.ts',
  'adapters-keep-to-themselves': 'libs/adapters/memory/borrows-sqlite.ts',
  'only-doors-call-use-cases': 'libs/adapters/sqlite/calls-use-case.ts',
  'client-knows-no-server': 'libs/client/file-store.ts',
  'client-loads-in-browsers': 'libs/client/reads-files.ts',
  'console-runs-in-browsers': 'apps/console/src/reads-the-database.ts',
  'console-model-is-pure': 'apps/console/src/model/knows-the-page.ts',
  'nobody-imports-the-console': 'apps/server/src/shows-the-page.ts',
  'no-cycles': 'libs/domain/campaign/model/chicken.ts',
  'lambda-never-loads-sqlite': 'apps/lambda/lane.ts',
  'ses-sdk-only-in-its-adapter': 'libs/adapters/rest/sends-by-itself.ts',
  'sqlite-only-in-its-adapter': 'libs/adapters/rest/queries-by-itself.ts',
  'swagger-only-at-build-time': 'apps/server/src/documents-itself.ts',
  'nothing-imports-tests': 'libs/adapters/memory/uses-a-fake.ts',
  'no-undeclared-packages': 'libs/adapters/memory/uses-a-dev-package.ts',
  'no-dangling-imports': 'libs/adapters/memory/misspelt.ts',
};

const ALLOWED = [
  'libs/adapters/resend/resend-provider.ts',
  'libs/adapters/channels/channel-registry.ts',
  'libs/ports/campaign/testing/campaign-stores.ts',
  'libs/adapters/rest/campaigns.controller.ts',
  'libs/domain/campaign/application/greet-room.ts',
  'libs/client/store.ts',
  'apps/console/src/page.tsx',
  'test/fakes/fake.ts',
];

async function violationsIn(folder: string): Promise<Violation[]> {
  const { stdout, stderr } = await runNode(['scripts/boundaries.mjs', '--root', folder, '--json']);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Violation[];
}

describe('import boundaries', () => {
  let found: Violation[] = [];

  beforeAll(async () => {
    found = await violationsIn(join(fixtures, 'boundaries'));
  }, 60_000);

  const { forbidden } = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as {
    forbidden: { name: string }[];
  };

  it.each(forbidden.map(({ name }) => name))('reports what breaks %s', (rule) => {
    expect(found.filter((violation) => violation.rule === rule).map(({ from }) => from)).toContain(
      BREAKS[rule],
    );
  });

  it.each(ALLOWED)('lets %s pass', (file) => {
    expect(found.filter(({ from }) => from === file)).toEqual([]);
  });

  it('hold in this repository', async () => {
    expect(await violationsIn(root)).toEqual([]);
  }, 60_000);
});
