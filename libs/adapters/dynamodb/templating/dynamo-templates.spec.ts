import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Template, TemplateId, TemplateVersion } from '#domain/templating/model/template.js';
import { describeTemplatesContract } from '#ports/templating/templates.contract.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoTemplates } from './dynamo-templates.js';

const dynamo = OneDynamo.forThisFile();

describeTemplatesContract('DynamoTemplates', async () => ({
  templates: new DynamoTemplates(await dynamo.fresh()),
  close: () => Promise.resolve(),
}));

describe('DynamoTemplates', () => {
  const workspaceId = 'wsp_a' as WorkspaceId;
  const template: Template = {
    id: 'tpl_a' as TemplateId,
    workspaceId,
    name: 'A',
    channel: 'email',
    locale: 'en',
    origin: 'gallery:a',
    currentVersion: 1,
    createdAt: 1,
    updatedAt: 1,
  };
  const versionOf = (version: number, text: string): TemplateVersion => ({
    workspaceId,
    templateId: template.id,
    version,
    content: { text, variables: [] },
    locale: 'en',
    createdAt: version,
  });
  /** What no compression makes any smaller. */
  const noise = (bytes: number): string => randomBytes(bytes).toString('latin1');

  it('keeps what is more than an item holds in several, all in one step', async () => {
    const templates = new DynamoTemplates(await dynamo.fresh());
    const first = versionOf(1, noise(500_000));
    expect(await templates.insert(template, first)).toBe('inserted');
    expect(await new DynamoTemplates(dynamo.table()).findVersion(workspaceId, 'tpl_a', 1)).toEqual(first);
  });

  it('refuses what no transaction can hold, and keeps nothing of it', async () => {
    const templates = new DynamoTemplates(await dynamo.fresh());
    const first = versionOf(1, noise(3_700_000));
    await expect(templates.insert(template, first)).rejects.toMatchObject({ code: 'template_too_large' });
    expect(await templates.find(workspaceId, 'tpl_a')).toBeUndefined();
  });

  it('has saved the version of whoever did not hear the answer', async () => {
    const templates = new DynamoTemplates(await dynamo.fresh());
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 1 });
    expect(await templates.insert(template, versionOf(1, 'first'))).toBe('inserted');
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 1 });
    expect(await templates.saveVersion(versionOf(2, 'next'), { name: 'B', locale: 'de' })).toBe('saved');
    expect((await templates.findVersion(workspaceId, 'tpl_a', 2))?.content.text).toBe('next');
  });

  it('installs an origin once, whichever process does', async () => {
    const tables = [await dynamo.fresh(), dynamo.table(), dynamo.table()];
    const answers = await Promise.all(
      tables.map((table, i) => {
        const id = `tpl_${i}` as TemplateId;
        return new DynamoTemplates(table).insert(
          { ...template, id },
          { ...versionOf(1, 'x'), templateId: id },
        );
      }),
    );
    expect(answers.filter((answer) => answer === 'inserted')).toHaveLength(1);
  });
});
