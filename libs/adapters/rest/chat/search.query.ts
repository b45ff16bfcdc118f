import { IsString } from 'class-validator';
import { AsPageQuery } from './chat.query.js';

export class SearchQuery extends AsPageQuery {
  /**
   * What to look for: words, `"a phrase"`, `begin*`, `from:user`, `before:2026-02-01`, `after:2026-01-01` (days in UTC, or
   * instants), `has:attachment`, `in:cnv_…`. All of it has to apply. Case and accents do not matter.
   */
  @IsString()
  q!: string;
}
