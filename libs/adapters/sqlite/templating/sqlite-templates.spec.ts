import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Template, TemplateId } from '#domain/templating/model/template.js';
import { describeTemplatesContract } from '#ports/templating/templates.contract.js';
import { migrate, readMigrations } from '../engine/migrate.js';
import { SqliteEngine } from '../engine/sqlite-engine.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import { SqliteTemplates } from './sqlite-templates.js';

const shared = OneFolder.forThisFile();

describeTemplatesContract('SqliteTemplates', () =>
  Promise.resolve({ templates: new SqliteTemplates(shared.emptied()), close: () => Promise.resolve() }),
);

describe('SqliteTemplates', () => {
  it('keeps the templates of a folder from when there were only mails', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'posthorn-templating-'));
    const migrations = readMigrations(new URL('../migrations/', import.meta.url));
    const change = migrations.findIndex(({ name }) => name.endsWith('-template-channels.sql'));
    const db = new DatabaseSync(join(folder, 'posthorn.db'));
    db.exec('PRAGMA foreign_keys = ON');
    migrate(db, migrations.slice(0, change));
    db.exec(`INSERT INTO templates VALUES ('wsp_a', 'tpl_a', 'A', 'email', 'de', 'gallery:a', 2, 1, 5);
      INSERT INTO template_versions VALUES ('wsp_a', 'tpl_a', 1, 'en', 'S', '<p>', NULL, '[]', 1);
      INSERT INTO template_versions VALUES ('wsp_a', 'tpl_a', 2, 'de', NULL, NULL, 'T', '[]', 5)`);
    const versions = db.prepare('SELECT * FROM template_versions').all();
    migrate(db, migrations);
    expect(db.prepare('SELECT * FROM template_versions').all()).toEqual(versions);
    expect(db.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
    db.close();

    const engine = await SqliteEngine.open(folder);
    const templates = new SqliteTemplates(engine.storage);
    const kept: Template = {
      id: 'tpl_a' as TemplateId,
      workspaceId: 'wsp_a' as WorkspaceId,
      name: 'A',
      channel: 'email',
      locale: 'de',
      origin: 'gallery:a',
      currentVersion: 2,
      createdAt: 1,
      updatedAt: 5,
    };
    expect(await templates.find(kept.workspaceId, kept.id)).toEqual(kept);
    const first = { ...kept, templateId: kept.id, version: 1, content: { text: 'x', variables: [] } };
    const again: Template = { ...kept, id: 'tpl_b' as TemplateId };
    expect(await templates.insert(again, { ...first, templateId: again.id })).toBe('exists');
    await engine.close();
    await rm(folder, { recursive: true });
  });

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
