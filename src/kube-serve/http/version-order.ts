const FORM = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const STABILITY: Readonly<Record<string, number>> = { alpha: 0, beta: 1 };

function rank(version: string): readonly number[] {
  const [, major, stage, minor] = FORM.exec(version) ?? [];
  if (major === undefined) return [-1, 0, 0];
  return [stage === undefined ? 2 : (STABILITY[stage] ?? 0), Number(major), Number(minor ?? 0)];
}

/** Order in which an API group tells its versions: stable before beta before alpha, newest first. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [rank(left), rank(right)];
  const index = a.findIndex((value, at) => value !== b[at]);
  return index < 0 ? left.localeCompare(right) : (b[index] ?? 0) - (a[index] ?? 0);
}
