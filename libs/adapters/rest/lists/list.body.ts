import { IsString, Length, Matches } from 'class-validator';

export class CreateListBody {
  /** What people call it. */
  @IsString()
  @Length(1, 200)
  @Matches(/^[^\p{Cc}]*$/u, { message: 'name must be one line without control characters' })
  name!: string;
}
