import { describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { awaySettingsOf } from '../away-settings.js';
import { PublicUrl } from '../public-url.js';
import { readAway } from './away-config.js';
import { BadConfiguration, ConfigReader } from './config-reader.js';

const read = (file: unknown) => {
  const reader = new ConfigReader({}, file);
  const away = readAway(reader);
  reader.finish();
  const config = { away, emailFrom: 'Office <office@example.com>' };
  const settings = awaySettingsOf(config, new PublicUrl('https://chat.example'));
  return (workspaceId = 'wsp_a') => settings.of(workspaceId as WorkspaceId);
};

describe('the section chat.away', () => {
  it('left out tells those who have been away for five minutes, in the name that e-mails come from', () => {
    expect(read({})()).toEqual({
      afterMs: 300_000,
      type: 'missed_messages_digest',
      words: true,
      chatUrl: 'https://chat.example',
      data: {
        companyName: 'Office',
        companyAddress: 'office@example.com',
        websiteUrl: 'https://chat.example',
      },
    });
  });

  it('has something else for a workspace, and the rest as for everybody', () => {
    const chatUrl = 'https://acme.example/chat/{conversationId}';
    const away = {
      minutes: 10,
      words: false,
      workspaces: { wsp_b: { minutes: 0.5, chatUrl }, wsp_c: { minutes: 0 } },
    };
    const ruleOf = read({ chat: { away } });
    expect(ruleOf('wsp_a')).toMatchObject({ afterMs: 600_000, words: false });
    expect(ruleOf('wsp_b')).toMatchObject({ afterMs: 30_000, words: false, chatUrl });
    expect(ruleOf('wsp_c')).toBeUndefined();
  });

  it.each([
    [{ chat: { away: { minutes: -1 } } }, /chat\.away\.minutes/],
    [{ chat: { away: { workspaces: { wsp_a: { after: 3 } } } } }, /wsp_a\.after.*no such setting/],
    [{ chat: { away: { chatUrl: 'javascript:alert(1)' } } }, /chat\.away\.chatUrl/],
  ])('is refused as %j', (file, message) => {
    expect(() => read(file)).toThrow(BadConfiguration);
    expect(() => read(file)).toThrow(message);
  });
});
