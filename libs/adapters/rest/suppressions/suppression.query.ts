import { IsIn, IsOptional, IsString } from 'class-validator';
import type { SuppressionScope } from '#domain/delivery/model/suppression.js';
import { PageQuery } from '../kit/page.query.js';

export class SuppressionsQuery extends PageQuery {
  /** Entries of this address, in any spelling of it. */
  @IsOptional()
  @IsString()
  email?: string;
}

export class RemoveSuppressionsQuery {
  /** The address that may be written to again, in any spelling of it. */
  @IsString()
  email!: string;

  /** The entry of this scope only; those of both if left out. */
  @IsOptional()
  @IsIn(['all', 'marketing'])
  scope?: SuppressionScope;
}
