import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsString, Length, Matches } from 'class-validator';
import { type Scope, SCOPES } from '#domain/workspace/model/scopes.js';

export class CreateApiKeyBody {
  /** What the key is for, so that somebody dares to revoke it one day. */
  @IsString()
  @Length(1, 200)
  @Matches(/^[^\p{Cc}]*$/u, { message: 'name must be one line without control characters' })
  name!: string;

  /** What the key may do; no more than the key that asks for it. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(SCOPES.length)
  @IsIn(SCOPES, { each: true })
  scopes!: Scope[];
}
