import { describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { ApiClient } from '../api/api-client.js';
import type { Stats } from '../api/follow-campaign.js';
import { Terminal } from '../terminal/terminal.js';
import { aCampaign } from '../testing/a-campaign.js';
import { ScriptedServer, streams } from '../testing/scripted-server.js';
import { VirtualFile } from '../testing/virtual-screen.js';
import { watchCampaign } from './watch.js';

describe('posthorn watch, into a file', () => {
  /** What is printed of these accounts, which come all at once. */
  async function printed(...accounts: readonly Stats[]): Promise<{ lines: string[]; code: number }> {
    const clock = new DrivenClock();
    const events = accounts.map((stats, at) => [at < accounts.length - 1 ? 'stats' : 'end', stats] as const);
    const server = new ScriptedServer().answers(streams(events));
    const out = new VirtualFile();
    const context = {
      client: new ApiClient({ url: 'http://posthorn.test', key: 'k', clock, fetch: server.fetch }),
      terminal: new Terminal(out, out, {}, clock),
      clock,
      json: false,
      onInterrupt: () => {},
    };
    const code = await watchCampaign(context, { id: 'cmp_1', name: 'Spring' });
    const lines = out.text.split('\n').map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ''));
    return { lines, code };
  }

  it('shows what a campaign came to that was cancelled, and not only the moment of its cancelling', async () => {
    const { lines, code } = await printed(
      aCampaign('running', 3),
      aCampaign('cancelled', 4),
      aCampaign('cancelled', 4, { pending: 0, cancelled: 6 }),
    );
    expect(lines).toEqual([
      'Watching Spring',
      'running  30 %  10 candidates = 7 pending + 0 submitting + 3 accepted',
      'cancelled  40 %  10 candidates = 6 pending + 0 submitting + 4 accepted',
      'cancelled  100 %  10 candidates = 0 pending + 0 submitting + 4 accepted + 6 cancelled',
      '',
      'Cancelled: every candidate is accounted for.',
      '',
    ]);
    expect(code).toBe(0);
  });

  it('says every account once', async () => {
    const last = aCampaign('finished', 10);
    const { lines } = await printed(aCampaign('running', 3), last, last);
    expect(lines.filter((line) => line.startsWith('finished'))).toHaveLength(1);
  });

  it('exits 1 where the account does not add up', async () => {
    const { lines, code } = await printed(aCampaign('finished', 10, { accepted: 9, pending: 0 }));
    expect(lines).toContain('The account does not add up. Please report this: it must never happen.');
    expect(code).toBe(1);
  });
});
