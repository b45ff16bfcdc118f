import { IsIn, IsOptional, IsString } from 'class-validator';
import {
  type SuppressionReason,
  suppressionReasons,
  type SuppressionScope,
} from '#domain/delivery/model/suppression.js';

export class AddSuppressionBody {
  /** The address that must not be written to, in any spelling. */
  @IsString()
  email!: string;

  /** `all` stops every message to it, `marketing` only what an unsubscribe covers. `all` if left out. */
  @IsOptional()
  @IsIn(['all', 'marketing'])
  scope?: SuppressionScope;

  /** `manual` if left out. */
  @IsOptional()
  @IsIn(suppressionReasons)
  reason?: SuppressionReason;
}
