import { EXIT, type ExitCode } from './exit-codes.ts';

export interface ErrorEntry {
  readonly exitCode: ExitCode;
  /** One line for the table in docs/errors.md. */
  readonly summary: string;
}

/**
 * Every error that `mcs` reports. docs/errors.md has a section for each code; a test compares
 * code, section and exit code both ways.
 */
export const ERROR_CODES = {
  MCS_BUG: { exitCode: EXIT.error, summary: 'A fault in mcs itself' },
  MCS_USAGE: { exitCode: EXIT.usage, summary: 'A flag or argument is wrong or missing' },
  MCS_UNKNOWN_COMMAND: { exitCode: EXIT.usage, summary: 'There is no such command' },
  MCS_FLAG_NOT_BUILT: { exitCode: EXIT.usage, summary: 'A subctl flag or command that mcs does not have' },
  MCS_INPUT_NEEDED: { exitCode: EXIT.usage, summary: 'A question cannot be asked without a terminal' },
  MCS_NODE_TOO_OLD: { exitCode: EXIT.error, summary: 'This Node.js is too old' },
  MCS_NOT_BUILT: { exitCode: EXIT.error, summary: 'The clone has not been built yet' },
  MCS_INTERRUPTED: { exitCode: EXIT.interrupted, summary: 'Stopped by Ctrl-C or a signal' },
  MCS_TIMEOUT: { exitCode: EXIT.timeout, summary: 'Something awaited did not happen in time' },
  MCS_PARTIAL: { exitCode: EXIT.partial, summary: 'Some clusters could not be read' },
  MCS_CHECKS_FAILED: { exitCode: EXIT.checksFailed, summary: 'At least one check failed' },
  MCS_WARNINGS: { exitCode: EXIT.warnings, summary: 'Warnings under --fail-on warning' },

  MCS_NO_KUBECONFIG: { exitCode: EXIT.usage, summary: 'No kubeconfig was found' },
  MCS_KUBECONFIG_INVALID: { exitCode: EXIT.usage, summary: 'The kubeconfig cannot be used' },
  MCS_UNKNOWN_CONTEXT: { exitCode: EXIT.usage, summary: 'The kubeconfig has no such context' },
  MCS_CLUSTER_UNREACHABLE: { exitCode: EXIT.unreachable, summary: 'No connection to an API server' },
  MCS_UNAUTHORIZED: { exitCode: EXIT.unreachable, summary: 'An API server does not accept the credential' },
  MCS_FORBIDDEN: { exitCode: EXIT.unreachable, summary: 'A permission is missing' },
  MCS_API_ERROR: { exitCode: EXIT.error, summary: 'An API server refused a request' },
  MCS_FOREIGN_OBJECT: { exitCode: EXIT.error, summary: 'An object of that name belongs to somebody else' },
  MCS_API_VERSION_MISSING: { exitCode: EXIT.error, summary: 'The cluster does not serve an API that is needed' },

  MCS_BROKER_INFO_NOT_FOUND: { exitCode: EXIT.usage, summary: 'The broker-info file does not exist' },
  MCS_BROKER_INFO_MALFORMED: { exitCode: EXIT.error, summary: 'The file is no broker-info file, or is cut short or altered' },
  MCS_BROKER_INFO_VERSION: { exitCode: EXIT.error, summary: 'The broker-info file has a newer format' },
  MCS_BROKER_INFO_KEY_MISSING: { exitCode: EXIT.usage, summary: 'The join key is not known on this workstation' },
  MCS_BROKER_INFO_KEY_WRONG: { exitCode: EXIT.error, summary: 'The join key does not open the file' },
  MCS_BROKER_INFO_EXPIRED: { exitCode: EXIT.error, summary: 'The join credential in the file has expired' },
  MCS_BROKER_INFO_SUBCTL: { exitCode: EXIT.error, summary: 'The file was written by subctl and its broker has no desk' },
  MCS_BROKER_INFO_WRITE: { exitCode: EXIT.error, summary: 'The broker-info file cannot be written' },
  MCS_BROKER_UNREACHABLE: { exitCode: EXIT.unreachable, summary: 'No connection to the broker' },
  MCS_BROKER_PIN_MISMATCH: { exitCode: EXIT.unreachable, summary: 'The broker shows another certificate authority than the pinned one' },
  MCS_BROKER_NOT_FOUND: { exitCode: EXIT.error, summary: 'The cluster hosts no broker' },
  MCS_BROKER_IN_USE: { exitCode: EXIT.error, summary: 'The broker still has members' },
  MCS_JOIN_TOKEN_REJECTED: { exitCode: EXIT.unreachable, summary: 'The broker no longer accepts the join credential' },
  MCS_JOIN_TOKEN_EXPIRED: { exitCode: EXIT.error, summary: 'The join token ended before the desk saw the join' },
  MCS_JOIN_TOKEN_USED_UP: { exitCode: EXIT.error, summary: 'The join token was used as often as it may be' },
  MCS_JOIN_TOKEN_OTHER_CLUSTER: { exitCode: EXIT.error, summary: 'The join token is good for another cluster id only' },
  MCS_JOIN_PROOF_INVALID: { exitCode: EXIT.error, summary: 'The desk cannot verify a join' },
  MCS_JOIN_ANSWER_INVALID: { exitCode: EXIT.error, summary: 'The answer to a join does not come from the desk' },
  MCS_JOIN_NOT_ACCEPTED: { exitCode: EXIT.timeout, summary: 'Nobody has accepted the join yet' },
  MCS_JOIN_NOT_WAITING: { exitCode: EXIT.usage, summary: 'No such cluster waits to be accepted' },
  MCS_JOIN_REFUSED: { exitCode: EXIT.error, summary: 'The desk refused the join' },
  MCS_DESK_SILENT: { exitCode: EXIT.timeout, summary: 'The desk did not answer the join' },
  MCS_TOKEN_NOT_FOUND: { exitCode: EXIT.usage, summary: 'The broker has no such join token' },
  MCS_MEMBER_NOT_FOUND: { exitCode: EXIT.usage, summary: 'The broker has no such member' },
  MCS_CREDENTIAL_EXPIRED: { exitCode: EXIT.unreachable, summary: 'The member credential has lapsed' },
  MCS_CREDENTIAL_UNREADABLE: { exitCode: EXIT.error, summary: 'The Secret with the member credential is damaged' },
  MCS_CLUSTER_ID_INVALID: { exitCode: EXIT.usage, summary: 'The cluster id is no DNS label' },
  MCS_CLUSTER_ID_TAKEN: { exitCode: EXIT.error, summary: 'Another cluster has this cluster id' },
  MCS_CLUSTER_PROPERTY_CONFLICT: { exitCode: EXIT.error, summary: 'A ClusterProperty of the cluster says something else' },
  MCS_CLUSTER_ID_CHANGED: { exitCode: EXIT.error, summary: 'This cluster is already a member under another id' },
  MCS_CIDR_INVALID: { exitCode: EXIT.usage, summary: 'A CIDR is malformed or of a family that is not supported' },
  MCS_CIDR_UNKNOWN: { exitCode: EXIT.usage, summary: 'A CIDR could not be discovered' },
  MCS_CIDR_OVERLAP: { exitCode: EXIT.error, summary: 'CIDRs overlap with those of a member' },
  MCS_CABLE_DRIVER_UNKNOWN: { exitCode: EXIT.usage, summary: 'There is no such cable driver' },
  MCS_CABLE_DRIVER_MIXED: { exitCode: EXIT.error, summary: 'Another member has another cable driver' },
  MCS_NODE_NOT_FOUND: { exitCode: EXIT.usage, summary: 'A named node does not exist' },
  MCS_NETWORK_READ: { exitCode: EXIT.error, summary: "A node's network cannot be read" },
  MCS_NETWORK_TIMEOUT: { exitCode: EXIT.error, summary: "A program that looks at a node's network does not end" },
  MCS_NETWORK_NOT_APPLIED: { exitCode: EXIT.error, summary: "Parts of a node's network cannot be written" },
  MCS_BENCHMARK_UNREACHABLE: { exitCode: EXIT.error, summary: 'A pod of a benchmark does not reach the other one' },
  MCS_ENGINE_CONFLICT: { exitCode: EXIT.error, summary: 'Another multi-cluster engine serves this cluster' },
  MCS_NOT_JOINED: { exitCode: EXIT.error, summary: 'The cluster is not a member' },
  MCS_DOWNGRADE: { exitCode: EXIT.error, summary: 'A later version is installed already' },
  MCS_JOINED_ELSEWHERE: { exitCode: EXIT.error, summary: 'The cluster is a member of another broker or hub' },

  MCS_HUB_NOT_FOUND: { exitCode: EXIT.error, summary: 'The cluster hosts no hub' },
  MCS_HUB_IN_USE: { exitCode: EXIT.error, summary: 'The hub still has members' },
  MCS_HUB_MEMBER_INVALID: { exitCode: EXIT.error, summary: 'What a hub has of a member cannot be used' },

  MCS_MIRROR_CONFIG_INVALID: { exitCode: EXIT.usage, summary: 'The configuration of a mirror cannot be used' },
  MCS_MIRROR_SAME_CLUSTER: { exitCode: EXIT.usage, summary: 'A mirror has its own cluster as a source' },
  MCS_EMITTER_NOT_FOUND: { exitCode: EXIT.usage, summary: 'No emitter is installed there' },

  MCS_XCC_INSTALLED: { exitCode: EXIT.error, summary: 'cross-cluster-connectivity is installed here' },
  MCS_GATEWAY_DNS_HUB_NOT_FOUND: { exitCode: EXIT.usage, summary: 'No hub of gateway-dns is installed there' },

  MCS_ARCHIVE_UNREADABLE: { exitCode: EXIT.usage, summary: 'The archive cannot be read' },
  MCS_ARCHIVE_MALFORMED: { exitCode: EXIT.error, summary: 'The file is no archive of mcs gather, or is cut short or altered' },
  MCS_ARCHIVE_VERSION: { exitCode: EXIT.error, summary: 'The archive has another format' },
  MCS_ARCHIVE_WRITE: { exitCode: EXIT.error, summary: 'The archive cannot be written' },
  MCS_REPORT_WRITE: { exitCode: EXIT.error, summary: 'The report cannot be written' },
  MCS_NOT_IN_ARCHIVE: { exitCode: EXIT.error, summary: 'Something was not read when the archive was made' },

  MCS_NAMESPACE_NOT_FOUND: { exitCode: EXIT.usage, summary: 'A named namespace does not exist' },
  MCS_SERVICE_NOT_EXPORTABLE: { exitCode: EXIT.error, summary: 'Services of this type cannot be exported' },
  MCS_SERVICE_UNKNOWN: { exitCode: EXIT.error, summary: 'No cluster knows a service of that name' },
  MCS_SERVICE_NOT_EXPORTED: { exitCode: EXIT.error, summary: 'There is no ServiceExport to remove' },
  MCS_EXPORTED_BY_POLICY: { exitCode: EXIT.error, summary: 'A policy exports the service' },
  MCS_EXPORT_POLICY_NOT_FOUND: { exitCode: EXIT.usage, summary: 'There is no such ServiceExportPolicy' },
  MCS_SANDBOX_RUNNING: { exitCode: EXIT.error, summary: 'A sandbox of this name runs already' },
  MCS_SANDBOX_NOT_RUNNING: { exitCode: EXIT.error, summary: 'No sandbox of this name runs' },
  MCS_SANDBOX_START: { exitCode: EXIT.error, summary: 'The sandbox did not start' },
  MCS_SANDBOX_LOOPBACK: { exitCode: EXIT.error, summary: 'The system lacks loopback addresses that the sandbox needs' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;
