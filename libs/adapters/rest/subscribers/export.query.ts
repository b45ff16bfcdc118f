import { IsOptional, IsString, MaxLength } from 'class-validator';

export class ExportQuery {
  /** Only members of this list. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  listId?: string;
}
