import { Type } from 'class-transformer';
import {
  IsDefined,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';

export class ResolveBody {
  /** Why it is not to be sent any more, in one line. Takes the place of the reason that it died of. */
  @IsString()
  @Length(1, 500)
  @Matches(/^[^\p{Cc}]*$/u, { message: 'reason must be one line without control characters' })
  reason!: string;
}

/** Which failed messages; an empty one takes them all. */
export class FailedMessagesFilter {
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

export class RetryManyBody {
  /** Has to be there, so that nobody retries everything by leaving it out. */
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => FailedMessagesFilter)
  filter!: FailedMessagesFilter;
}
