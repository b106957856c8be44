/**
 * Stand-in for dig, for machines without it: npx node tools/dig.ts +short NAME @SERVER -p PORT
 * Prints the addresses of NAME, one a line; exits 1 if there is none.
 */
import { Resolver } from 'node:dns/promises';

const args = process.argv.slice(2);
const name = args.find((arg) => !/^[@+-]/.test(arg) && !/^\d+$/.test(arg)) ?? '';
const server = args.find((arg) => arg.startsWith('@'))?.slice(1) ?? '127.0.0.1';
const port = args[args.indexOf('-p') + 1] ?? '53';

const resolver = new Resolver({ timeout: 2000, tries: 2 });
resolver.setServers([`${server}:${port}`]);
try {
  console.log((await resolver.resolve4(name)).join('\n'));
} catch (error) {
  console.error(`;; ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  process.exitCode = 1;
}
