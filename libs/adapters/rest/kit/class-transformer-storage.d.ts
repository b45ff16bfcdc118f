/** What class-transformer knows of `@Type(…)`. The package ships this file without its types. */
declare module 'class-transformer/cjs/storage.js' {
  export const defaultMetadataStorage: {
    findTypeMetadata(target: Function, propertyName: string): { typeFunction(): unknown } | undefined;
  };
}
