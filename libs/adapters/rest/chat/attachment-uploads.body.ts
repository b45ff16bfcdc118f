import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';

export class AskUploadBody {
  /** How many there will be: the store takes no more and no fewer. */
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  bytes!: number;
}

export class CompleteUploadBody {
  /** What the file is called. */
  @IsString()
  @MaxLength(1_000)
  name!: string;
}
