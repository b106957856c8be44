import type { Exec } from '../../base/exec.ts';
import type { HostFiles } from './host-files.ts';
import type { Step } from './step.ts';

/** The filter table of iptables, in one of its two kernels' forms. */
export interface ForwardTable {
  readonly command: string;
  /** Lines of `iptables -S`. */
  readonly lines: readonly string[];
}

const MARK = 'mcs-clusterset';
/** What stands in the chain FORWARD of iptables, where that drops. */
export const FORWARD_RULES = ['-i', '-o'].map((side) => [side, 'mcs-+', '-m', 'comment', '--comment', MARK, '-j', 'ACCEPT'] as const);
const FORMS: readonly { readonly nft: string; readonly legacy: string; readonly legacyTables: string }[] = [
  { nft: 'iptables-nft', legacy: 'iptables-legacy', legacyTables: '/proc/net/ip_tables_names' },
  { nft: 'ip6tables-nft', legacy: 'ip6tables-legacy', legacyTables: '/proc/net/ip6_tables_names' },
];

/** Reads the filter tables. A mere look by iptables-legacy would make them, so it is asked only where they are; iptables-nft shows an open one where there is none. */
export async function readForwardTables(exec: Exec, files: HostFiles, signal: AbortSignal): Promise<ForwardTable[]> {
  const list = async (command: string): Promise<ForwardTable[]> => {
    const { stdout, code } = await exec(command, ['-w', '5', '-t', 'filter', '-S'], { signal });
    return code === 0 ? [{ command, lines: stdout.split('\n').filter((line) => line !== '') }] : [];
  };
  const tables = await Promise.all(FORMS.flatMap((form) => [
    list(form.nft),
    (async () => ((await files.read(form.legacyTables))?.split('\n').includes('filter') === true ? list(form.legacy) : []))(),
  ]));
  return tables.flat();
}

function rulesOf(lines: readonly string[], chain: string): string[] {
  return lines.filter((line) => line.startsWith(`-A ${chain} `)).map((line) => line.slice(`-A ${chain} `.length));
}

/** Whether every packet that comes to the rule is dropped there: `-j DROP`, or a chain that does so. */
function dropsAll(lines: readonly string[], rule: string, depth = 0): boolean {
  const target = /^-[jg] (\S+)( --reject-with \S+)?$/.exec(rule)?.[1];
  if (target === undefined || depth > 8) return false;
  return target === 'DROP' || target === 'REJECT' || rulesOf(lines, target).some((inner) => dropsAll(lines, inner, depth + 1));
}

/**
 * Accepts for our devices where all else is dropped: directly before what drops, so that network
 * policies, which stand further up, keep their say. A table that lets everything pass is left alone.
 */
export function planForwardSteps({ command, lines }: ForwardTable, isWanted: boolean): Step[] {
  const rules = rulesOf(lines, 'FORWARD');
  const isOurs = (rule: string): boolean => rule.includes(`--comment ${MARK} `);
  const ours = rules.filter(isOurs);
  const end = rules.findIndex((rule) => dropsAll(lines, rule));
  const isClosed = end >= 0 || lines.includes('-P FORWARD DROP');
  const stands = FORWARD_RULES.every((wanted) => ours.filter((rule) => rule === wanted.join(' ')).length === 1) && ours.length === FORWARD_RULES.length && (end < 0 || rules.findLastIndex(isOurs) < end);
  if (isWanted && isClosed ? stands : ours.length === 0) return [];
  const step = (...args: readonly string[]): Step => ({ command, args: ['-w', '5', ...args], changes: [`${command} ${args.join(' ')}`] });
  const deletions = ours.map((rule) => step('-D', 'FORWARD', ...rule.split(' ')));
  if (!isWanted || !isClosed) return deletions;
  const position = end < 0 ? undefined : rules.slice(0, end).filter((rule) => !isOurs(rule)).length + 1;
  return [...deletions, ...FORWARD_RULES.map((rule) => (position === undefined ? step('-A', 'FORWARD', ...rule) : step('-I', 'FORWARD', String(position), ...rule)))];
}
