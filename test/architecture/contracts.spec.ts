import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findContractGaps } from './contract-scan.js';
import { fixtures, root } from './repository.js';

describe('port contracts', () => {
  it('exist for every port and are run by every adapter', () => {
    expect(findContractGaps(join(root, 'libs'))).toEqual([]);
  });

  it('are missed where a port has none, an adapter runs none, or runs it for another class', () => {
    expect(findContractGaps(join(fixtures, 'contracts', 'libs'))).toEqual([
      { kind: 'no contract', port: 'Ids', expected: 'ports/system/ids.contract.ts' },
      { kind: 'contract not run', port: 'Clock', adapter: 'DrivenClock', folder: 'adapters/memory' },
      { kind: 'contract not run', port: 'Clock', adapter: 'SlowClock', folder: 'adapters/system' },
    ]);
  });
});
