import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

/** A published schema, docs/schemas/<name>.schema.json. */
export function readSchema(name: string): object {
  return JSON.parse(readFileSync(new URL(`../../docs/schemas/${name}.schema.json`, import.meta.url), 'utf8')) as object;
}

/** What a published schema finds wrong with an output, as it is printed: nothing for one that it describes. */
export function schemaErrors(name: string, output: unknown): readonly string[] {
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(readSchema(name));
  validate(JSON.parse(JSON.stringify(output)));
  return (validate.errors ?? []).map(({ instancePath, message = '', params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`);
}
