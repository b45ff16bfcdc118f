import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Template, TemplateId } from '#domain/templating/model/template.js';
import { describeTemplatesContract } from '#ports/templating/templates.contract.js';
import { SqliteEngine } from '../engine/sqlite-engine.js';
import { SqliteTemplates } from './sqlite-templates.js';

describeTemplatesContract('SqliteTemplates', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-templating-'));
  const engine = await SqliteEngine.open(folder);
  const close = async (): Promise<void> => {
    await engine.close();
    await rm(folder, { recursive: true });
  };
  return { templates: new SqliteTemplates(engine.storage), close };
});

describe('SqliteTemplates', () => {
  it('has versions that not even SQL can change', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'posthorn-templating-'));
    const engine = await SqliteEngine.open(folder);
    const template: Template = {
      id: 'tpl_a' as TemplateId,
      workspaceId: 'wsp_a' as WorkspaceId,
      name: 'A',
      channel: 'email',
      locale: 'en',
      currentVersion: 1,
      createdAt: 1,
      updatedAt: 1,
    };
    const first = {
      workspaceId: template.workspaceId,
      templateId: template.id,
      version: 1,
      content: { text: 'first', variables: [] },
      locale: 'en',
      createdAt: 1,
    };
    await new SqliteTemplates(engine.storage).insert(template, first);
    await engine.close();

    const db = new DatabaseSync(join(folder, 'posthorn.db'));
    expect(() => db.exec(`UPDATE template_versions SET text = 'other'`)).toThrow(
      'a template version never changes',
    );
    db.close();
    await rm(folder, { recursive: true });
  });
});
