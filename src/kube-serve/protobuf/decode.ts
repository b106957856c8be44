import { type JsonRecord, setKey } from '../json.ts';
import { refusal } from '../status-error.ts';
import { MESSAGES, NOT_READ } from './messages.ts';
import { type WireField, wireFields } from './wire.ts';

/** What stands before each object: runtime.Unknown follows. */
const MAGIC = Buffer.from('k8s\0');

type Value = bigint | Buffer;

function bytesOf(value: Value): Buffer {
  if (typeof value === 'bigint') throw refusal('BadRequest', 'the request body cannot be read: malformed protobuf');
  return value;
}

function textOf(value: Value): string {
  return bytesOf(value).toString('utf8');
}

function isZero(value: Value): boolean {
  return typeof value === 'bigint' ? value === 0n : value.length === 0;
}

/** apimachinery's IntOrString: type 0 is a number. */
function intOrString(value: Value): unknown {
  const fields = new Map(wireFields(bytesOf(value)).map((field) => [field.number, field.value]));
  return (fields.get(1) ?? 0n) === 0n ? Number(fields.get(2) ?? 0n) : textOf(fields.get(3) ?? Buffer.alloc(0));
}

function timeOf(value: Value): string | undefined {
  const seconds = wireFields(bytesOf(value)).find(({ number }) => number === 1)?.value;
  return typeof seconds === 'bigint' ? new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z') : undefined;
}

const SCALARS: Readonly<Record<string, (value: Value) => unknown>> = {
  string: textOf,
  int: Number,
  bool: (value) => value === 1n,
  IntOrString: intOrString,
  Time: timeOf,
};

function decodeValue(type: string, value: Value): unknown {
  return SCALARS[type]?.(value) ?? (type in SCALARS ? undefined : decodeMessage(type, bytesOf(value)));
}

/** An entry of a map is a message of key and value. */
function addEntry(target: JsonRecord, name: string, value: Value, isBytes: boolean): void {
  const fields = new Map(wireFields(bytesOf(value)).map((field) => [field.number, field.value]));
  const content = bytesOf(fields.get(2) ?? Buffer.alloc(0));
  const map = (target[name] ??= {}) as JsonRecord;
  setKey(map, textOf(fields.get(1) ?? Buffer.alloc(0)), content.toString(isBytes ? 'base64' : 'utf8'));
}

function addField(target: JsonRecord, spec: string, value: Value): void {
  const [name = '', type = 'string'] = spec.split(' ');
  if (type === 'map' || type === 'bytesMap') {
    addEntry(target, name, value, type === 'bytesMap');
  } else if (type.endsWith('[]')) {
    const list = (target[name] ??= []) as unknown[];
    list.push(decodeValue(type.slice(0, -2), value));
  } else if (type.endsWith('*')) {
    target[name] = decodeValue(type.slice(0, -1), value);
  } else if (!isZero(value)) {
    // what is no pointer is always sent, and its zero means that it was not set
    const decoded = decodeValue(type, value);
    if (decoded !== undefined) target[name] = decoded;
  }
}

/** What our tables do not know is refused rather than lost. */
function validateUnknown(type: string, { number, value }: WireField): void {
  if (isZero(value)) return;
  throw refusal('UnsupportedMediaType', `field ${number} of ${type} is not understood in protobuf - accepted media types include: application/json, application/yaml`);
}

function decodeMessage(type: string, bytes: Buffer): JsonRecord {
  const fields = MESSAGES[type];
  if (fields === undefined) throw refusal('UnsupportedMediaType', `${type} is not understood in protobuf - accepted media types include: application/json, application/yaml`);
  const target: JsonRecord = {};
  for (const field of wireFields(bytes)) {
    const spec = fields[field.number];
    if (spec === undefined) validateUnknown(type, field);
    else if (spec !== NOT_READ) addField(target, spec, field.value);
  }
  return target;
}

/** An object that kubectl sent as `application/vnd.kubernetes.protobuf`. Throws 400, 415. */
export function decodeProtobuf(body: Buffer): JsonRecord {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw refusal('BadRequest', 'the request body cannot be read: it does not begin as Kubernetes protobuf does');
  const fields = new Map(wireFields(body.subarray(MAGIC.length)).map((field) => [field.number, field.value]));
  const typeMeta = new Map(wireFields(bytesOf(fields.get(1) ?? Buffer.alloc(0))).map((field) => [field.number, field.value]));
  const [apiVersion, kind] = [1, 2].map((number) => textOf(typeMeta.get(number) ?? Buffer.alloc(0)));
  return { apiVersion, kind, ...decodeMessage(kind ?? '', bytesOf(fields.get(2) ?? Buffer.alloc(0))) };
}
