import type { ErrorCode } from '../../base/error-codes.ts';
import type { SandboxState } from './state.ts';

/** What the background process tells the command that started it. */
export type BackgroundMessage =
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'ready'; readonly state: SandboxState }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string; readonly hints: readonly string[] };
