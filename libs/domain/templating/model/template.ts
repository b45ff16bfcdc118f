import type { Brand, Instant, WorkspaceId } from '#domain/kernel/brand.js';

export type TemplateId = Brand<string, 'TemplateId'>;

/** Something a template leaves open. A dot reaches into an object: `attributes.city`. */
export interface TemplateVariable {
  readonly name: string;
  /** A message without it is refused, and the refusal names it. Optional ones print nothing where they are absent. */
  readonly required: boolean;
  /** Any JSON value, shown to whoever fills the template in. */
  readonly example?: unknown;
}

/** What one version of a template says. Source text, with expressions still in it. */
export interface TemplateContent {
  readonly subject?: string;
  readonly html?: string;
  /** Without it, a template with html has its text part made out of that. Never escaped: it is read as it is. */
  readonly text?: string;
  readonly variables: readonly TemplateVariable[];
}

/** Written once, never changed: a message under way carries its number. */
export interface TemplateVersion {
  readonly workspaceId: WorkspaceId;
  readonly templateId: TemplateId;
  /** Counts from 1 without gaps. */
  readonly version: number;
  readonly content: TemplateContent;
  /** Of the template when this version was written: numbers and dates print by it. */
  readonly locale: string;
  readonly createdAt: Instant;
}

/** The lasting thing that versions are versions of. */
export interface Template {
  readonly id: TemplateId;
  readonly workspaceId: WorkspaceId;
  readonly name: string;
  /** One that this deployment had when the template was made. */
  readonly channel: string;
  /** BCP 47. */
  readonly locale: string;
  readonly currentVersion: number;
  /** Where it was copied from (`gallery:welcome`), for one that nobody wrote here. */
  readonly origin?: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** A template as it is shown: with what its current version says. */
export interface TemplateWithContent extends Template {
  readonly content: TemplateContent;
}
