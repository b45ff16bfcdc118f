import { Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { type FieldFault, Refusal, type RefusalCode } from '#domain/kernel/refusal.js';
import { PreviewTemplate } from './preview-template.js';

export type DataVerdict =
  | { readonly valid: true }
  | { readonly valid: false; readonly code: RefusalCode; readonly faults: readonly FieldFault[] };

/** What a message with this data would be refused for. */
const OVER_DATA: ReadonlySet<RefusalCode> = new Set([
  'missing_variable',
  'unsafe_url',
  'header_injection',
  'render_too_large',
]);

/** Tells whether data would make a message, without making one: for whoever collects data before there is a recipient. */
@Injectable()
export class ValidateData {
  readonly #preview: PreviewTemplate;

  constructor(preview: PreviewTemplate) {
    this.#preview = preview;
  }

  /** @throws Refusal `not_found` | `validation_failed` */
  async run(workspaceId: WorkspaceId, templateId: string, data: unknown): Promise<DataVerdict> {
    try {
      await this.#preview.run(workspaceId, templateId, data);
      return { valid: true };
    } catch (error) {
      if (!(error instanceof Refusal) || !OVER_DATA.has(error.code)) throw error;
      return { valid: false, code: error.code, faults: error.faults };
    }
  }
}
