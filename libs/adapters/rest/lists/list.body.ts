import { IsString, Length, Matches } from 'class-validator';

export class CreateListBody {
  /** What people call it. */
  @IsString()
  @Length(1, 200)
  @Matches(/^[^\r\n\0]*$/, { message: 'name must be one line' })
  name!: string;
}
