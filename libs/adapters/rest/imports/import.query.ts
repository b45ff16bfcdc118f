import { IsOptional, IsString, MaxLength } from 'class-validator';

export class ImportQuery {
  /** The list that everybody in the file joins. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  listId?: string;
}
