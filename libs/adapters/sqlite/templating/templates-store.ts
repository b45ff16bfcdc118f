import { type Db, type SqlParams, sqliteStore } from '../engine/store.js';

export interface TemplateRow {
  readonly workspace_id: string;
  readonly id: string;
  readonly name: string;
  readonly channel: string;
  readonly locale: string;
  readonly origin: string | null;
  readonly current_version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface VersionRow {
  readonly workspace_id: string;
  readonly template_id: string;
  readonly version: number;
  readonly locale: string;
  readonly subject: string | null;
  readonly html: string | null;
  readonly text: string | null;
  readonly variables: string;
  readonly created_at: number;
}

interface Step {
  readonly workspaceId: string;
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly locale: string;
  readonly at: number;
}

interface One {
  readonly workspaceId: string;
  readonly id: string;
}

export const templatesStore = sqliteStore({
  name: 'templates',
  sql: new URL('./templates.sql', import.meta.url),
  writes: {
    insert: (
      db: Db,
      { template, first }: { template: SqlParams; first: SqlParams },
    ): 'inserted' | 'exists' => {
      if (db.run('insertTemplate', template) === 0) return 'exists';
      db.run('insertVersion', first);
      return 'inserted';
    },
    saveVersion: (
      db: Db,
      { step, next }: { step: Step; next: SqlParams },
    ): 'saved' | 'conflict' | 'missing' => {
      if (db.run('stepTo', { ...step }) === 0) {
        const { workspaceId, id } = step;
        return db.get('find', { workspaceId, id }) ? 'conflict' : 'missing';
      }
      db.run('insertVersion', next);
      return 'saved';
    },
  },
  reads: {
    find: (db: Db, { workspaceId, id }: One) => db.get<TemplateRow>('find', { workspaceId, id }),
    findByOrigin: (db: Db, params: { workspaceId: string; origin: string }) =>
      db.get<TemplateRow>('findByOrigin', params),
    findVersion: (db: Db, params: One & { version: number }) =>
      db.get<VersionRow>('findVersion', { ...params }),
    page: (db: Db, params: { workspaceId: string; after: string; limit: number }) =>
      db.all<TemplateRow>('page', params),
  },
});
