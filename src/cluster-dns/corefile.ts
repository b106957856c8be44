/** One line inside a server block, with what stands in its braces. */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly options: readonly Directive[];
}

/** `zone:port other:port { ... }`, or a snippet `(name) { ... }`. */
export interface ServerBlock {
  readonly keys: readonly string[];
  readonly directives: readonly Directive[];
}

export interface Corefile {
  readonly blocks: readonly ServerBlock[];
  /** Arguments of `import` outside of server blocks. */
  readonly imports: readonly string[];
}

interface Line {
  readonly tokens: readonly string[];
  readonly opens: boolean;
  readonly closes: boolean;
}

/** As the lexer of Caddy splits: a quoted text is one token, and a comment begins where a token may. */
const TOKEN = /"(?:\\.|[^"\\])*"|[^\s"#][^\s]*|#.*/g;

/** Splits a line into its tokens, braces apart; comments are left out. */
export function readLine(text: string): Line {
  const tokens = (text.match(TOKEN) ?? []).filter((token) => !token.startsWith('#'));
  const opens = tokens.at(-1) === '{';
  const closes = tokens[0] === '}';
  return { tokens: tokens.slice(closes ? 1 : 0, opens ? -1 : undefined), opens, closes };
}

/** What the opened and closed braces of a line do to the depth of what follows. */
export function depthChange({ opens, closes }: Line): number {
  return (opens ? 1 : 0) - (closes ? 1 : 0);
}

class Reader {
  readonly #lines: readonly Line[];
  #next = 0;

  constructor(text: string) {
    this.#lines = text.split(/\r?\n/).map(readLine).filter(({ tokens, opens, closes }) => tokens.length > 0 || opens || closes);
  }

  take(): Line | undefined {
    this.#next += 1;
    return this.#lines[this.#next - 1];
  }

  /** Lines up to the brace that closes; undefined where it is missing. */
  directives(): Directive[] | undefined {
    const found: Directive[] = [];
    for (let line = this.take(); line !== undefined; line = this.take()) {
      if (line.closes) return line.opens || line.tokens.length > 0 ? undefined : found;
      const options = line.opens ? this.directives() : [];
      if (options === undefined) return undefined;
      const [name = '', ...args] = line.tokens;
      found.push({ name, args, options });
    }
    return undefined;
  }
}

/**
 * The structure of a Corefile; undefined for one that is not understood: unbalanced braces, or a
 * single server without braces, beside which no other can stand.
 */
export function parseCorefile(text: string): Corefile | undefined {
  const reader = new Reader(text);
  const blocks: ServerBlock[] = [];
  const imports: string[] = [];
  let keys: string[] = [];
  for (let line = reader.take(); line !== undefined; line = reader.take()) {
    if (line.closes) return undefined;
    if (keys.length === 0 && line.tokens[0] === 'import' && !line.opens) {
      imports.push(...line.tokens.slice(1));
      continue;
    }
    const isContinued = line.tokens.at(-1)?.endsWith(',') === true;
    keys.push(...line.tokens.flatMap((token) => token.split(',')).filter((key) => key !== ''));
    if (!line.opens && !isContinued) return undefined;
    if (!line.opens) continue;
    const directives = reader.directives();
    if (directives === undefined) return undefined;
    blocks.push({ keys, directives });
    keys = [];
  }
  return keys.length === 0 ? { blocks, imports } : undefined;
}

/** Zone and port of a server block's key: `dns://Example.org.:53` is `example.org` on 53. */
export function parseServerKey(key: string): { readonly zone: string; readonly port: number } {
  const [, host = '', port = '53'] = /^(?:[a-z]+:\/\/)?(.*?)(?::(\d+))?$/.exec(key.toLowerCase()) ?? [];
  return { zone: host === '.' || host === '' ? '.' : host.replace(/\.$/, ''), port: Number(port) };
}

/** The server block that answers what no other does. */
export function findRootBlock({ blocks }: Corefile): ServerBlock | undefined {
  return blocks.find(({ keys }) => keys.some((key) => parseServerKey(key).zone === '.'));
}
