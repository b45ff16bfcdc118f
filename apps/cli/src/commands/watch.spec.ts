import { describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { ApiClient } from '../api/api-client.js';
import type { Stats } from '../api/follow-campaign.js';
import { Terminal } from '../terminal/terminal.js';
import { aCampaign } from '../testing/a-campaign.js';
import { json, ScriptedServer, streams } from '../testing/scripted-server.js';
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

  it('ends where the hour of a campaign came and it could not start, and says why', async () => {
    const clock = new DrivenClock();
    const events = [aCampaign('scheduled', 0), aCampaign('draft', 0), aCampaign('draft', 0)];
    const refused = {
      at: '2026-05-01T09:00:00Z',
      code: 'missing_variable',
      detail: 'city is missing.',
      errors: [],
    };
    const server = new ScriptedServer()
      .answers(streams(events.map((stats) => ['stats', stats] as const)))
      .answers(json({ startRefused: refused }));
    const [out, complaints] = [new VirtualFile(), new VirtualFile()];
    const context = {
      client: new ApiClient({ url: 'http://posthorn.test', key: 'k', clock, fetch: server.fetch }),
      terminal: new Terminal(out, complaints, {}, clock),
      clock,
      json: false,
      onInterrupt: () => {},
    };
    expect(await watchCampaign(context, { id: 'cmp_1', name: 'Spring' })).toBe(1);
    expect(out.text.match(/draft/g)).toHaveLength(1);
    expect(complaints.text).toContain('city is missing. (missing_variable)');
  });

  it('exits 1 where the account does not add up', async () => {
    const { lines, code } = await printed(aCampaign('finished', 10, { accepted: 9, pending: 0 }));
    expect(lines).toContain('The account does not add up. Please report this: it must never happen.');
    expect(code).toBe(1);
  });
});
