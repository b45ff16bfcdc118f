import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { PageQuery } from '../kit/page.query.js';

/** In whose name. */
export class AsQuery {
  /** With an API key: the user in whose name it is done, by your own id of them. With a token of a user it is theirs. */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  as?: string;
}

export class AsPageQuery extends PageQuery {
  /** With an API key: the user in whose name it is done, by your own id of them. With a token of a user it is theirs. */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  as?: string;
}

export class HistoryQuery extends AsQuery {
  /** How many at most. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit: number = 50;

  /** The last ones with a lower `seq`: `page.previous` of the page after. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  before?: number;

  /** The first ones with a higher `seq`: `page.next` of the page before. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  after?: number;
}

export class PreviewQuery extends AsQuery {
  /** Pixels into whose square it fits: 320 or 1280. */
  @IsOptional()
  @IsIn(['320', '1280'])
  size: '320' | '1280' = '320';
}
