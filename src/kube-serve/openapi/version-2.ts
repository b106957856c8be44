const TITLE = 'Kubernetes';

/** A length-delimited protobuf field (wire type 2) of less than 128 bytes. */
function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
}

/**
 * `/openapi/v2` without any definition. kubectl checks objects on the server where version 3 says that
 * it can, so it reads this one only for documents of kind `List`, and what it does not find in it
 * it lets through. It accepts nothing but protobuf (message Document of gnostic's OpenAPIv2.proto).
 */
export function openApiVersion2(accept: string | undefined, version: string): { readonly type: string; readonly body: Buffer } {
  if (accept?.includes('proto') !== true) {
    return { type: 'application/json', body: Buffer.from(JSON.stringify({ swagger: '2.0', info: { title: TITLE, version }, paths: {}, definitions: {} })) };
  }
  const info = Buffer.concat([field(1, Buffer.from(TITLE)), field(2, Buffer.from(version))]);
  return { type: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf', body: Buffer.concat([field(1, Buffer.from('2.0')), field(2, info)]) };
}
