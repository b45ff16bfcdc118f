import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

const SHORTEST = 60;
const LONGEST = 86_400;

export class MintUserTokenBody {
  /** How long it lives: 60 to 86,400, an hour if left out. */
  @IsOptional()
  @IsInt()
  @Min(SHORTEST)
  @Max(LONGEST)
  ttlSeconds?: number;
}

export class MintChatTokenBody extends MintUserTokenBody {
  /** Your own id of the user: 1 to 128 of `A-Z a-z 0-9 . _ : @ -`. They need no profile. */
  @IsString()
  @MaxLength(128)
  userId!: string;
}
