import { describe, expect, it } from '@jest/globals';
import { BadConfiguration, ConfigReader } from './config-reader.js';
import { readQuotas } from './quota-config.js';

const read = (file: unknown) => {
  const reader = new ConfigReader({}, file);
  const quotas = readQuotas(reader);
  reader.finish();
  return quotas;
};

describe('the section quotas', () => {
  it('left out leaves everything uncounted', () => {
    expect(read({})).toBeUndefined();
  });

  it('holds for everybody, unless a workspace has its own', () => {
    expect(
      read({ quotas: { perDay: 1000, workspaces: { wsp_1: { perMonth: 5 }, wsp_2: { perDay: 0 } } } }),
    ).toEqual({ everyone: { perDay: 1000 }, workspaces: { wsp_1: { perMonth: 5 }, wsp_2: { perDay: 0 } } });
  });

  it.each([
    [{ quotas: { perDay: -1 } }, /quotas\.perDay/],
    [{ quotas: { perDay: 1.5 } }, /quotas\.perDay/],
    [{ quotas: { perWeek: 1 } }, /quotas\.perWeek.*no such setting/],
    [{ quotas: { workspaces: { wsp_1: { perDay: 'many' } } } }, /wsp_1\.perDay/],
    [{ quotas: { workspaces: { wsp_1: { perHour: 1 } } } }, /wsp_1\.perHour.*no such setting/],
    [{ quotas: { workspaces: ['wsp_1'] } }, /quotas\.workspaces.*no such setting/],
  ])('is refused as %j', (file, message) => {
    expect(() => read(file)).toThrow(BadConfiguration);
    expect(() => read(file)).toThrow(message);
  });
});
