import { IsOptional, IsString, MaxLength } from 'class-validator';
import { PageQuery } from '../kit/page.query.js';

export class SubscribersQuery extends PageQuery {
  /** Only members of this list. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  listId?: string;

  /** Only the person with this address. */
  @IsOptional()
  @IsString()
  @MaxLength(20_000)
  email?: string;
}
