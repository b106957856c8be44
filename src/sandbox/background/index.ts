export { mergeIntoUser, unmergeFromUser, userKubeconfig } from './merged-kubeconfig.ts';
export { startBackground } from './start.ts';
export { findState, isRunning } from './state.ts';
export { endWith, stopBackground } from './stop.ts';
