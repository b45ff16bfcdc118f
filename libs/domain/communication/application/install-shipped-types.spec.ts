import { beforeEach, describe, expect, it } from '@jest/globals';
import { email } from '#adapters/channels/email-channel.js';
import { push } from '#adapters/channels/push-channel.js';
import { RegisteredChannels } from '#adapters/channels/registered-channels.js';
import { sms } from '#adapters/channels/sms-channel.js';
import { ShippedGallery } from '#adapters/gallery/shipped-gallery.js';
import { ShippedNotificationTypes } from '#adapters/gallery/shipped-notification-types.js';
import { HandlebarsInspector } from '#adapters/handlebars/handlebars-inspector.js';
import { MemoryNotificationTypes } from '#adapters/memory/communication/memory-notification-types.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryTemplates } from '#adapters/memory/templating/memory-templates.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { CreateTemplateHandler } from '#domain/templating/application/create-template.js';
import { InstallGallery } from '#domain/templating/application/install-gallery.js';
import { InstallTemplate } from '#domain/templating/application/install-template.js';
import type { Template } from '#domain/templating/model/template.js';
import type { NotificationTypes } from '#ports/communication/notification-types.js';
import type { ChannelTraits } from '#ports/delivery/channels.js';
import type { Templates } from '#ports/templating/templates.js';
import { aType } from '#ports/communication/testing/communication-stores.js';
import { InstallShippedTypes } from './install-shipped-types.js';

const OURS = 'wsp_ours' as WorkspaceId;
const THEIRS = 'wsp_theirs' as WorkspaceId;
const EVERY = [
  'account_locked',
  'invitation',
  'mfa_code',
  'missed_messages_digest',
  'new_device_sign_in',
  'password_reset',
  'receipt',
  'verify_email',
  'welcome',
];

describe('Installing the shipped types', () => {
  const clock = new DrivenClock();
  let types: MemoryNotificationTypes;
  let templates: MemoryTemplates;
  let ids: CountingIds;
  beforeEach(() => {
    types = new MemoryNotificationTypes();
    templates = new MemoryTemplates();
    ids = new CountingIds();
  });

  interface Deployment {
    readonly channels?: readonly ChannelTraits[];
    readonly types?: NotificationTypes;
    readonly templates?: Templates;
  }

  /** One process of a deployment. */
  function started(of: Deployment = {}): {
    readonly types: InstallShippedTypes;
    readonly gallery: InstallGallery;
  } {
    const channels = new RegisteredChannels(of.channels ?? [email, sms, push]);
    const store = of.templates ?? templates;
    const creating = new CreateTemplateHandler(store, new HandlebarsInspector(), channels, clock);
    const installer = new InstallTemplate(store, creating, ids);
    return {
      types: new InstallShippedTypes(
        new ShippedNotificationTypes(),
        of.types ?? types,
        installer,
        channels,
        clock,
      ),
      gallery: new InstallGallery(new ShippedGallery(), installer, channels),
    };
  }
  const install = (of: Deployment = {}, workspace = OURS): Promise<number> =>
    started(of).types.run(workspace);
  const allTypes = async (workspace = OURS) => (await types.page(workspace, { limit: 50 })).data;
  const allTemplates = async (workspace = OURS) => (await templates.page(workspace, { limit: 50 })).data;
  const typeOf = async (name: string) => (await types.find(OURS, name))!;
  const templateOf = async (name: string, channel: string): Promise<Template | undefined> =>
    templates.find(OURS, (await typeOf(name)).templates[channel]?.['default'] ?? '');

  /** Fails once it has been asked a number of times, and from then on: the disk is full, or the process gone. */
  function dying<T extends object>(store: T, method: keyof T, after: number): T {
    let asked = 0;
    return new Proxy(store, {
      get(target, name) {
        const found = Reflect.get(target, name) as unknown;
        if (typeof found !== 'function') return found;
        return (...given: unknown[]): unknown => {
          if (name === method && ++asked > after) throw new Error('the power is gone');
          return Reflect.apply(found, target, given);
        };
      },
    });
  }

  it('gives every workspace all of them, with a template for each channel', async () => {
    expect(await install()).toBe(9);
    expect((await allTypes()).map(({ type }) => type)).toEqual(EVERY);
    expect(await typeOf('mfa_code')).toMatchObject({
      category: 'security',
      lane: 'critical',
      mandatory: true,
      channels: ['sms', 'email'],
      fallback: { mode: 'fallback', timeoutMs: 30_000 },
      origin: 'shipped:mfa_code',
      revision: 0,
    });
    expect(await templateOf('mfa_code', 'sms')).toMatchObject({
      channel: 'sms',
      name: 'Sign-in code (SMS)',
      origin: 'shipped:mfa_code:sms',
    });
    expect(await templateOf('mfa_code', 'email')).toMatchObject({
      channel: 'email',
      origin: 'gallery:mfa-code',
    });
    expect(await install({}, THEIRS)).toBe(9);
  });

  it('uses the mails of the gallery, whichever is installed first', async () => {
    await started().gallery.run(OURS);
    await install();
    await install({}, THEIRS);
    await started().gallery.run(THEIRS);
    const origins = async (workspace: WorkspaceId) =>
      (await allTemplates(workspace)).map(({ origin }) => origin).toSorted();
    expect(await origins(OURS)).toEqual(await origins(THEIRS));
    expect(new Set(await origins(OURS)).size).toBe((await origins(OURS)).length);
  });

  it('does nothing the second time', async () => {
    await install();
    const before = [await allTypes(), await allTemplates()];
    await clock.advance(1000);
    expect(await install()).toBe(0);
    expect([await allTypes(), await allTemplates()]).toEqual(before);
  });

  it('leaves alone what somebody has changed, and a type that somebody made under the same name', async () => {
    await types.insert(aType({ workspaceId: OURS, type: 'receipt', description: 'ours' }));
    await install({ channels: [email] });
    const before = await typeOf('mfa_code');
    const { origin: _lost, ...theirs } = before;
    await types.save(before, { ...theirs, mandatory: false, revision: 1 });
    const [changed, made] = [await typeOf('mfa_code'), await typeOf('receipt')];
    await install({ channels: [email, sms] });
    expect(await typeOf('mfa_code')).toEqual(changed);
    expect(await typeOf('receipt')).toEqual(made);
  });

  it('does not bring back what somebody has removed, there or in another workspace', async () => {
    await install();
    await install({}, THEIRS);
    await types.remove(OURS, 'receipt');
    await types.remove(OURS, 'welcome');
    expect(await install()).toBe(0);
    const left = EVERY.filter((type) => type !== 'receipt' && type !== 'welcome');
    expect((await allTypes()).map(({ type }) => type)).toEqual(left);
    expect((await allTypes(THEIRS)).map(({ type }) => type)).toEqual(EVERY);
    // They have made one of that name themselves since, and removed it: it is theirs to do without.
    await types.insert(aType({ workspaceId: OURS, type: 'receipt' }));
    await types.remove(OURS, 'receipt');
    expect(await install({ channels: [email, sms, push] })).toBe(0);
    expect((await allTypes()).map(({ type }) => type)).toEqual(left);
  });

  it('knows only the channels there are, and leaves out types that have none of them', async () => {
    expect(await install({ channels: [sms] })).toBe(4);
    for (const type of await allTypes()) expect(type.channels).toEqual(['sms']);
    for (const template of await allTemplates()) expect(template.channel).toBe('sms');
    expect(await install({ channels: [] }, THEIRS)).toBe(0);
  });

  it('takes up a channel that came later, in types that nobody has touched, and forgets none that went', async () => {
    await install({ channels: [email] });
    const mail = await templateOf('mfa_code', 'email');
    await clock.advance(1000);
    expect(await install({ channels: [sms] })).toBe(4);
    expect(await typeOf('mfa_code')).toMatchObject({ channels: ['sms', 'email'], revision: 1 });
    expect(await templateOf('mfa_code', 'email')).toEqual(mail);
    expect((await templateOf('mfa_code', 'sms'))?.channel).toBe('sms');
    expect(await install({ channels: [email, sms, push] })).toBe(2);
    expect((await typeOf('new_device_sign_in')).channels).toEqual(['email', 'push']);
  });

  it.each([0, 1, 2, 5, 9, 14])('goes on where a start died after writing %i templates', async (after) => {
    const broken = dying<Templates>(templates, 'insert', after);
    await install({ templates: broken }).catch(() => 'died');
    for (const { channels, templates: their } of await allTypes())
      expect(Object.keys(their).toSorted()).toEqual(channels.toSorted());
    await install();
    expect((await allTypes()).map(({ type }) => type)).toEqual(EVERY);
    const origins = (await allTemplates()).map(({ origin }) => origin);
    expect(new Set(origins).size).toBe(origins.length);
  });

  it.each([0, 1, 4, 8])('goes on where a start died after writing %i types', async (after) => {
    await expect(install({ types: dying<NotificationTypes>(types, 'insert', after) })).rejects.toThrow(
      'power',
    );
    const kept = await allTypes();
    expect(kept).toHaveLength(after);
    const written = (await allTemplates()).length;
    expect(await install()).toBe(9 - after);
    expect(await allTypes()).toEqual(expect.arrayContaining([...kept]));
    expect((await allTemplates()).length).toBeGreaterThanOrEqual(written);
    const origins = (await allTemplates()).map(({ origin }) => origin);
    expect(new Set(origins).size).toBe(origins.length);
  });

  it('gives two first starts at once the same types, with the same templates', async () => {
    const written = await Promise.all([install(), install(), install()]);
    expect(written.reduce((sum, one) => sum + one, 0)).toBe(9);
    expect((await allTypes()).map(({ type }) => type)).toEqual(EVERY);
    const origins = (await allTemplates()).map(({ origin }) => origin);
    expect(new Set(origins).size).toBe(origins.length);
    const named = (await allTypes()).flatMap(({ templates: their }) =>
      Object.values(their).map((one) => one['default']),
    );
    for (const id of named) expect(await templates.find(OURS, id ?? '')).toBeDefined();
  });
});
