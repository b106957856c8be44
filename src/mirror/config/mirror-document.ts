import { Ajv, type ErrorObject } from 'ajv';
import { errorMessage } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { parse } from '../../base/yaml.ts';
import { invalidConfig } from './invalid.ts';

/** A source as `mirror.yaml` has it; paths are relative to the document. */
export interface SourceDocument {
  readonly name: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly url?: string;
  readonly caFile?: string;
  readonly tokenFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly selector?: string;
  readonly namespaces?: readonly string[];
  readonly exported?: boolean;
  readonly namespacePolicy?: 'create' | 'skip' | 'fail';
  readonly target?: { readonly namespace?: string; readonly name?: string };
  readonly notReady?: 'keep' | 'drop';
}

/** `mirror.yaml`. */
export interface MirrorDocument {
  readonly name?: string;
  readonly endpoints?: boolean;
  readonly removeNamespaces?: boolean;
  readonly sweepSeconds?: number;
  readonly targetNamespaces?: readonly string[];
  readonly denyNamespaces?: readonly string[];
  readonly sources: readonly SourceDocument[];
}

const text = { type: 'string', minLength: 1 };
const flag = { type: 'boolean' };
const names = { type: 'array', items: text, minItems: 1, uniqueItems: true };
const record = (properties: Readonly<Record<string, unknown>>, required: readonly string[] = []) => ({ type: 'object', additionalProperties: false, properties, required });

const source = record(
  {
    name: text,
    kubeconfig: text,
    context: text,
    url: text,
    caFile: text,
    tokenFile: text,
    certFile: text,
    keyFile: text,
    selector: { type: 'string' },
    namespaces: names,
    exported: flag,
    namespacePolicy: { enum: ['create', 'skip', 'fail'] },
    target: record({ namespace: text, name: text }),
    notReady: { enum: ['keep', 'drop'] },
  },
  ['name'],
);

const schema = record(
  {
    name: text,
    endpoints: flag,
    removeNamespaces: flag,
    sweepSeconds: { type: 'integer', minimum: 10, maximum: 86_400 },
    targetNamespaces: names,
    denyNamespaces: names,
    sources: { type: 'array', items: source },
  },
  ['sources'],
);

/** `/sources/0/name` as `sources[0].name`. */
function pathOf(pointer: string): string {
  return pointer.replaceAll(/\/(\d+)/g, '[$1]').replaceAll('/', '.').replace(/^\./, '');
}

const beneath = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** Words of ours for the rules that the schema has; ajv's own for any other. */
function describe({ keyword, params, instancePath, message = 'it is invalid', parentSchema }: ErrorObject): { place: string; state: string } {
  const path = pathOf(instancePath);
  const place = path === '' ? 'the document' : path;
  const { additionalProperty, missingProperty, allowedValues, type } = params as { additionalProperty?: string; missingProperty?: string; allowedValues?: readonly string[]; type?: string };
  if (keyword === 'additionalProperties' && additionalProperty !== undefined) {
    const nearest = nearestName(additionalProperty, Object.keys((parentSchema as { properties: object }).properties));
    return { place: beneath(path, additionalProperty), state: `there is no such setting${nearest === undefined ? '' : `; did you mean "${nearest}"?`}` };
  }
  if (keyword === 'required' && missingProperty !== undefined) return { place: beneath(path, missingProperty), state: 'it is missing' };
  if (keyword === 'enum' && allowedValues !== undefined) return { place, state: `it is none of ${allowedValues.join(', ')}` };
  if (keyword === 'type' && type !== undefined) return { place, state: `it is no ${type}` };
  return { place, state: message };
}

function parseYaml(content: string): unknown {
  try {
    return parse(content) as unknown;
  } catch (error) {
    // the parser shows the lines around the fault after an empty line; they stay out of logs
    throw invalidConfig('the document', `it is no YAML: ${errorMessage(error).split('\n')[0]?.replace(/:$/, '') ?? ''}`);
  }
}

/** Reads the form of a `mirror.yaml`, strictly. Throws MCS_MIRROR_CONFIG_INVALID with the path of the first fault. */
export function parseMirrorDocument(content: string): MirrorDocument {
  const document = parseYaml(content);
  const validate = new Ajv({ verbose: true }).compile<MirrorDocument>(schema);
  if (validate(document)) return document;
  const { place, state } = describe(validate.errors?.[0] ?? ({ instancePath: '', params: {} } as ErrorObject));
  throw invalidConfig(place, state);
}
