import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Template, TemplateId, TemplateVersion } from '#domain/templating/model/template.js';
import type { Templates } from './templates.js';

export interface TemplatesUnderTest {
  readonly templates: Templates;
  close(): Promise<void>;
}

const OURS = 'wsp_ours' as WorkspaceId;
const THEIRS = 'wsp_theirs' as WorkspaceId;

function aTemplate(name: string, overrides: Partial<Template> = {}): Template {
  return {
    id: `tpl_${name}` as TemplateId,
    workspaceId: OURS,
    name,
    channel: 'email',
    locale: 'en',
    currentVersion: 1,
    createdAt: 1000,
    updatedAt: 1000,
    ...overrides,
  };
}

function versionOf(
  template: Template,
  version: number,
  subject = `${template.name} ${version}`,
): TemplateVersion {
  return {
    workspaceId: template.workspaceId,
    templateId: template.id,
    version,
    content: {
      subject,
      html: `<p>{{name}} ${version}</p>`,
      variables: [{ name: 'name', required: true, example: { first: 'Zoë', ids: [1, null] } }],
    },
    locale: 'en',
    createdAt: 1000 + version,
  };
}

export function describeTemplatesContract(name: string, make: () => Promise<TemplatesUnderTest>): void {
  describe(`Templates: ${name}`, () => {
    let its: TemplatesUnderTest;
    let templates: Templates;
    beforeEach(async () => {
      its = await make();
      templates = its.templates;
    });
    afterEach(() => its.close());

    const insert = (template: Template): Promise<'inserted' | 'exists'> =>
      templates.insert(template, versionOf(template, 1));

    it('gives back a template and its first version as they were inserted', async () => {
      const template = aTemplate('a', { origin: 'gallery:a' });
      expect(await insert(template)).toBe('inserted');
      expect(await templates.find(OURS, template.id)).toEqual(template);
      expect(await templates.findVersion(OURS, template.id, 1)).toEqual(versionOf(template, 1));
    });

    it('keeps what a version leaves out left out', async () => {
      const template = aTemplate('a');
      const bare: TemplateVersion = { ...versionOf(template, 1), content: { text: 'Hi', variables: [] } };
      await templates.insert(template, bare);
      expect(await templates.findVersion(OURS, template.id, 1)).toEqual(bare);
    });

    it.each(['email', 'sms', 'a channel of tomorrow'])(
      'has templates for any channel: %s',
      async (channel) => {
        await insert(aTemplate('a', { channel }));
        expect((await templates.find(OURS, 'tpl_a'))?.channel).toBe(channel);
      },
    );

    it('does not insert over an id that exists', async () => {
      const template = aTemplate('a');
      await insert(template);
      expect(await insert({ ...template, name: 'other' })).toBe('exists');
      expect(await templates.find(OURS, template.id)).toEqual(template);
    });

    it('has one template of an origin in a workspace, and one in the next', async () => {
      expect(await insert(aTemplate('a', { origin: 'gallery:x' }))).toBe('inserted');
      expect(await insert(aTemplate('b', { origin: 'gallery:x' }))).toBe('exists');
      expect(await templates.findVersion(OURS, 'tpl_b', 1)).toBeUndefined();
      expect(await insert(aTemplate('c', { origin: 'gallery:x', workspaceId: THEIRS }))).toBe('inserted');
      expect((await templates.findByOrigin(OURS, 'gallery:x'))?.id).toBe('tpl_a');
      expect((await templates.findByOrigin(THEIRS, 'gallery:x'))?.id).toBe('tpl_c');
      expect(await templates.findByOrigin(OURS, 'gallery:y')).toBeUndefined();
    });

    it('installs an origin once when many try at the same time', async () => {
      const names = ['a', 'b', 'c', 'd', 'e'];
      const answers = await Promise.all(names.map((one) => insert(aTemplate(one, { origin: 'gallery:x' }))));
      expect(answers.filter((answer) => answer === 'inserted')).toHaveLength(1);
      expect((await templates.page(OURS, { limit: 10 })).data).toHaveLength(1);
    });

    it('has any number of templates without an origin, of the same name too', async () => {
      expect(await insert(aTemplate('a', { name: 'same' }))).toBe('inserted');
      expect(await insert(aTemplate('b', { name: 'same' }))).toBe('inserted');
    });

    it('steps to a new version, and the old one says what it said', async () => {
      const template = aTemplate('a');
      await insert(template);
      const next = versionOf(template, 2);
      expect(await templates.saveVersion(next, { name: 'renamed', locale: 'de' })).toBe('saved');
      expect(await templates.find(OURS, template.id)).toEqual({
        ...template,
        name: 'renamed',
        locale: 'de',
        currentVersion: 2,
        updatedAt: next.createdAt,
      });
      expect(await templates.findVersion(OURS, template.id, 1)).toEqual(versionOf(template, 1));
      expect(await templates.findVersion(OURS, template.id, 2)).toEqual(next);
    });

    it('refuses a version that does not follow the current one, and changes nothing', async () => {
      const template = aTemplate('a');
      await insert(template);
      const revision = { name: 'other', locale: 'de' };
      expect(await templates.saveVersion(versionOf(template, 1, 'forged'), revision)).toBe('conflict');
      expect(await templates.saveVersion(versionOf(template, 3), revision)).toBe('conflict');
      expect(await templates.find(OURS, template.id)).toEqual(template);
      expect(await templates.findVersion(OURS, template.id, 1)).toEqual(versionOf(template, 1));
      expect(await templates.findVersion(OURS, template.id, 3)).toBeUndefined();
    });

    it('lets one of many writers of the same version win', async () => {
      const template = aTemplate('a');
      await insert(template);
      const writers = ['v', 'w', 'x', 'y', 'z'];
      const answers = await Promise.all(
        writers.map((writer) =>
          templates.saveVersion(versionOf(template, 2, writer), { name: writer, locale: 'en' }),
        ),
      );
      expect(answers.filter((answer) => answer === 'saved')).toHaveLength(1);
      const winner = writers[answers.indexOf('saved')];
      expect((await templates.find(OURS, template.id))?.name).toBe(winner);
      expect((await templates.findVersion(OURS, template.id, 2))?.content.subject).toBe(winner);
    });

    it('saves no version of a template that is not there', async () => {
      const absent = versionOf(aTemplate('a'), 2);
      expect(await templates.saveVersion(absent, { name: 'a', locale: 'en' })).toBe('missing');
      expect(await templates.findVersion(OURS, 'tpl_a', 2)).toBeUndefined();
    });

    it('shows a workspace nothing of another', async () => {
      await insert(aTemplate('a'));
      expect(await templates.find(THEIRS, 'tpl_a')).toBeUndefined();
      expect(await templates.findVersion(THEIRS, 'tpl_a', 1)).toBeUndefined();
      expect((await templates.page(THEIRS, { limit: 10 })).data).toEqual([]);
      const stolen = { ...versionOf(aTemplate('a'), 2), workspaceId: THEIRS };
      expect(await templates.saveVersion(stolen, { name: 'mine', locale: 'en' })).toBe('missing');
      expect((await templates.find(OURS, 'tpl_a'))?.currentVersion).toBe(1);
    });

    it('lists newest first, page by page, each once, and ends without a cursor', async () => {
      for (const one of ['1', '2', '3', '4']) await insert(aTemplate(one));
      const first = await templates.page(OURS, { limit: 2 });
      expect(first.data.map(({ id }) => id)).toEqual(['tpl_4', 'tpl_3']);
      const second = await templates.page(OURS, { limit: 2, after: first.next ?? '' });
      expect(second.data.map(({ id }) => id)).toEqual(['tpl_2', 'tpl_1']);
      expect(second.next).toBeNull();
    });
  });
}
