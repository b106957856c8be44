interface Version {
  readonly numbers: readonly number[];
  /** Empty for a release. */
  readonly pre: readonly string[];
}

function parse(text: string): Version {
  const [core = '', pre = ''] = text.replace(/^v/, '').replace(/\+.*$/, '').split(/-(.*)/s);
  return { numbers: core.split('.').map((part) => Number.parseInt(part, 10) || 0), pre: pre === '' ? [] : pre.split('.') };
}

function compareIdentifiers(a: string, b: string): number {
  const [left, right] = [Number(a), Number(b)];
  const [isLeftNumber, isRightNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isLeftNumber && isRightNumber) return left - right;
  if (isLeftNumber !== isRightNumber) return isLeftNumber ? -1 : 1; // numbers come before words
  return a < b ? -1 : a > b ? 1 : 0;
}

function comparePre(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length; // a release comes after its previews
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [left, right] = [a[index], b[index]];
    if (left === undefined || right === undefined) return a.length - b.length;
    const order = compareIdentifiers(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

/** Negative where `a` comes before `b`, by the order of semantic versions (semver.org, 11). A text that is no version counts as the oldest. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  for (let index = 0; index < 3; index += 1) {
    const order = (left.numbers[index] ?? 0) - (right.numbers[index] ?? 0);
    if (order !== 0) return order;
  }
  return comparePre(left.pre, right.pre);
}
