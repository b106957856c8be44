/** `host:port`, an IPv6 address in brackets (RFC 3986, section 3.2.2). */
export function hostPort(host: string, port: number | string): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** An address to listen on, as Go programs take it: `:9090`, `0.0.0.0:9090`, `[::]:9090`; undefined for anything else. */
export function parseListenAddress(text: string): { host?: string; port: number } | undefined {
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  if (port === '' || Number(port) > 65_535) return undefined;
  return { ...(host !== '' && { host }), port: Number(port) };
}
