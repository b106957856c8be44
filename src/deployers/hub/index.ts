export { type HubMemberReport, type HubReport, isHubWell, readHub } from './hub-report.ts';
export { installHub, type InstallHubOptions, type InstallHubResult } from './install-hub.ts';
export { joinHub } from './join-hub.ts';
export type { HubJoinOptions, HubJoinResult, MemberPlace } from './options.ts';
export { uninstallHub, type UninstallHubOptions, type UninstallHubResult } from './uninstall-hub.ts';
export { unjoinHub, type HubUnjoinOptions, type HubUnjoinResult } from './unjoin-hub.ts';
