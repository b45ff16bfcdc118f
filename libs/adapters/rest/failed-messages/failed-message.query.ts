import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';
import { PageQuery } from '../kit/page.query.js';

export class FailedMessagesQuery extends PageQuery {
  /** Those that died of this, word for word as in `reason` of a failed message. */
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  reason?: string;

  /** Those that this provider was the last to be asked for. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  provider?: string;

  /** Those of this lane. */
  @IsOptional()
  @IsIn(lanes)
  lane?: Lane;

  /** Those of this campaign (`cmp_…`) or test mail (`tst_…`). */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  campaignId?: string;
}
