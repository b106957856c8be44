import { CABLE_DEVICE, FILTER_TABLE, INNER_DEVICE, PROBE_DEVICE, REMOTE_TABLE, RETURN_TABLE, RULE_PRIORITY } from '../plan/types.ts';
import { FORWARD_RULES } from './forward-accepts.ts';

/** A loop of the shell over words. */
function forEach(name: string, words: readonly (string | number)[], ...body: readonly string[]): string {
  return `for ${name} in ${words.join(' ')}; do ${body.join('; ')}; done`;
}

/**
 * What a person runs as root on a node to take away all that the agent has put into its kernel, in
 * any shell. What is not there is an error message, and does not hold up the rest.
 */
export function removalCommands(): string[] {
  return [
    forEach('device', [CABLE_DEVICE, INNER_DEVICE, PROBE_DEVICE], 'ip link del $device'),
    // two rules in each family: one for each table
    forEach('family', ['-4', '-6'], forEach('number', [RULE_PRIORITY, RULE_PRIORITY + 1], 'ip $family rule del priority $number'), forEach('table', [REMOTE_TABLE, RETURN_TABLE], 'ip $family route flush table $table')),
    forEach('family', ['ip', 'ip6'], `nft delete table $family ${FILTER_TABLE}`),
    forEach('tool', ['iptables', 'ip6tables'], ...FORWARD_RULES.map((rule) => `$tool -D FORWARD ${rule.join(' ')}`)),
  ];
}
