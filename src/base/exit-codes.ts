/** Process exit codes of `mcs`. Scripts may rely on them; the meaning of a number never changes. */
export const EXIT = {
  ok: 0,
  error: 1,
  usage: 2,
  checksFailed: 3,
  warnings: 4,
  timeout: 5,
  unreachable: 6,
  partial: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a person has a command fail at. */
export type FailOn = 'error' | 'warning';

/** Code of a command that found something: a failure counts always, a warning only if it was asked to. */
export function exitCodeOfFindings({ failures, warnings }: { readonly failures: number; readonly warnings: number }, failOn: FailOn): ExitCode {
  if (failures > 0) return EXIT.checksFailed;
  return warnings > 0 && failOn === 'warning' ? EXIT.warnings : EXIT.ok;
}

/** Which code to report where several hold, most important first. */
const PRECEDENCE: readonly ExitCode[] = [
  EXIT.interrupted,
  EXIT.usage,
  EXIT.checksFailed,
  EXIT.timeout,
  EXIT.unreachable,
  EXIT.partial,
  EXIT.warnings,
  EXIT.error,
  EXIT.ok,
];

/** The one code that stands for several outcomes; 0 for none. */
export function combineExitCodes(codes: Iterable<ExitCode>): ExitCode {
  const present = new Set(codes);
  return PRECEDENCE.find((code) => present.has(code)) ?? EXIT.ok;
}
