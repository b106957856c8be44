const MAX_TEXT = 1_000;

/** Whatever has the form of a credential: PEM, bearer and JSON web tokens, user and password in a URL, long base64 (data of kubeconfigs). */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [^-]*-----[\s\S]*?(-----END [^-]*-----|$)/g, '<pem>'],
  [/\b(bearer|basic)\s+\S+/gi, '$1 <redacted>'],
  [/\beyJ[\w-]+\.[\w-]+\.?[\w-]*/g, '<token>'],
  [/:\/\/[^/\s@]*@/g, '://<redacted>@'],
  [/\b((?:client-(?:certificate|key)|certificate-authority)-data|token|password)(["']?\s*[:=]\s*)\S+/gi, '$1$2<redacted>'],
  [/[A-Za-z0-9+/_-]{40,}={0,2}/g, '<redacted>'],
];

/** A text without what looks like a credential, and not longer than a page. */
export function scrubText(text: string): string {
  return SECRETS.reduce((scrubbed, [pattern, replacement]) => scrubbed.replaceAll(pattern, replacement), text).slice(0, MAX_TEXT);
}
