import { beforeEach, describe, expect, it } from '@jest/globals';
import { email } from '#adapters/channels/email-channel.js';
import { RegisteredChannels } from '#adapters/channels/registered-channels.js';
import { sms } from '#adapters/channels/sms-channel.js';
import { ShippedGallery } from '#adapters/gallery/shipped-gallery.js';
import { HandlebarsInspector } from '#adapters/handlebars/handlebars-inspector.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryTemplates } from '#adapters/memory/templating/memory-templates.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { CreateTemplateHandler } from './create-template.js';
import { FindTemplate } from './find-template.js';
import { InstallGallery } from './install-gallery.js';
import { InstallTemplate } from './install-template.js';
import { SaveTemplateVersion, SaveTemplateVersionHandler } from './save-template-version.js';

const OURS = 'wsp_ours' as WorkspaceId;
const THEIRS = 'wsp_theirs' as WorkspaceId;

describe('The gallery', () => {
  const clock = new DrivenClock();
  const inspector = new HandlebarsInspector();
  const everyChannel = new RegisteredChannels([email, sms]);
  let templates: MemoryTemplates;
  let ids: CountingIds;
  beforeEach(() => {
    templates = new MemoryTemplates();
    ids = new CountingIds();
  });

  /** By a process of its own. */
  function install(workspace = OURS, channels = everyChannel): Promise<number> {
    const creating = new CreateTemplateHandler(templates, inspector, channels, clock);
    const installer = new InstallTemplate(templates, creating, ids);
    return new InstallGallery(new ShippedGallery(), installer, channels).run(workspace);
  }
  const copies = async (workspace = OURS) => (await templates.page(workspace, { limit: 50 })).data;

  it('is installed once, and what became of a copy is left alone', async () => {
    expect(await install()).toBe(27);
    const [copy] = await copies();
    const finding = new FindTemplate(templates);
    const saving = new SaveTemplateVersionHandler(finding, templates, inspector, everyChannel, clock);
    const mine = { text: 'mine', name: 'Mine' };
    await saving.execute(new SaveTemplateVersion(OURS, copy?.id ?? '', mine));
    expect(await install()).toBe(0);
    expect(await copies()).toHaveLength(27);
    expect((await finding.run(OURS, copy?.id ?? '')).name).toBe('Mine');
    expect(await install(THEIRS)).toBe(27);
  });

  it('is installed once by two first starts at the same time', async () => {
    const made = await Promise.all([install(), install()]);
    expect(made.reduce((sum, one) => sum + one, 0)).toBe(27);
    expect(await copies()).toHaveLength(27);
  });

  it('stays where it is, where no mail can be sent', async () => {
    expect(await install(OURS, new RegisteredChannels([sms]))).toBe(0);
    expect(await copies()).toEqual([]);
  });
});
