import { describe, expect, it } from '@jest/globals';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { openTestTarget } from '#apps/server/src/targets/test.js';
import type { Duty } from '#apps/server/src/duty.js';
import type { OpenTarget, Target } from '#apps/server/src/targets/target.js';
import { Clock } from '#ports/system/clock.js';
import { configOf } from './embedded-options.js';
import { openPosthorn } from './open-posthorn.js';

describe('opening Posthorn in another application', () => {
  /** A target in memory that says what became of it. */
  function aTarget(spoil: (target: Target) => Target): { open: OpenTarget; told: string[] } {
    const told: string[] = [];
    const open: OpenTarget = async (setting) => {
      const target = await openTestTarget()(setting);
      const close = async (): Promise<void> => {
        told.push('closed');
        await target.close();
      };
      return { ...spoil(target), close };
    };
    return { open, told };
  }
  const opened = (open: OpenTarget) =>
    openPosthorn(configOf({ dataDir: '/nowhere' }), new MemoryLog(), () => {}, open);

  it('fails with the container, without ending the process, and closes what it had opened', async () => {
    const { open, told } = aTarget((target) => ({
      ...target,
      providers: target.providers.filter((one) => !('provide' in one && one.provide === Clock)),
    }));
    await expect(opened(open)).rejects.toThrow(/Clock/);
    expect(told).toEqual(['closed']);
  });

  it('fails with a duty that does not start, and stops those that did', async () => {
    const told: string[] = [];
    const duty = (name: string, start: () => void): Duty => ({
      name,
      start,
      stop: async () => void told.push(`${name} stopped`),
    });
    const fails = duty('second', () => {
      throw new Error('No thread is left.');
    });
    const { open, told: target } = aTarget((whole) => ({
      ...whole,
      duties: { worker: [duty('first', () => told.push('first started')), fails] },
    }));
    await expect(opened(open)).rejects.toThrow('No thread is left.');
    expect(told).toEqual(['first started', 'first stopped']);
    expect(target).toEqual(['closed']);
  });
});
