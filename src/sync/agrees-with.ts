type Fields = Readonly<Record<string, unknown>>;

/** Kubernetes stores built-in kinds as protobuf, which keeps no difference between empty and missing. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function isSame(wanted: unknown, actual: unknown): boolean {
  if (isEmpty(wanted) && isEmpty(actual)) return true;
  if (typeof wanted !== 'object' || typeof actual !== 'object' || wanted === null || actual === null) return Object.is(wanted, actual);
  if (Array.isArray(wanted) !== Array.isArray(actual)) return false;
  const keys = new Set([...Object.keys(wanted), ...Object.keys(actual)]);
  return [...keys].every((key) => isSame((wanted as Fields)[key], (actual as Fields)[key]));
}

/**
 * Whether everything that `wanted` says holds in `actual`. Objects may have more fields there
 * (server defaults, foreign labels). Lists are compared whole, because whoever writes a list owns it:
 * drafts spell the defaults inside lists out.
 */
export function agreesWith(wanted: unknown, actual: unknown): boolean {
  if (isEmpty(wanted) && isEmpty(actual)) return true;
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) return isSame(wanted, actual);
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(wanted).every(([key, value]) => value === undefined || agreesWith(value, (actual as Fields)[key]));
}
